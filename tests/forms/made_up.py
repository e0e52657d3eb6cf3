"""Names, numbers and sentences for documents that never were, drawn from one seed."""

from __future__ import annotations

from random import Random

PROVINCES = ("Thí Dụ", "Bình Mẫu", "Đồng Thử", "Hải Minh Họa", "Kon Giả", "Trường Thí")
BODIES = (  # name, superior, abbreviation
    ("ỦY BAN NHÂN DÂN\nTỈNH {P}", "", "UBND"),
    ("ỦY BAN NHÂN DÂN TỈNH {P}", "", "UBND"),
    ("HỘI ĐỒNG NHÂN DÂN\nTỈNH {P}", "", "HĐND"),
    ("SỞ NỘI VỤ", "ỦY BAN NHÂN DÂN\nTỈNH {P}", "SNV"),
    ("SỞ TÀI CHÍNH", "UBND TỈNH {P}", "STC"),
    ("SỞ NÔNG NGHIỆP\nVÀ MÔI TRƯỜNG", "ỦY BAN NHÂN DÂN TỈNH {P}", "SNNMT"),
    ("SỞ GIÁO DỤC VÀ ĐÀO TẠO", "ỦY BAN NHÂN DÂN\nTỈNH {P}", "SGDĐT"),
    ("BAN QUẢN LÝ DỰ ÁN ĐẦU TƯ XÂY DỰNG CÁC CÔNG TRÌNH GIAO THÔNG VÀ DÂN DỤNG", "UBND TỈNH {P}", "BQLDA"),
    ("TRUNG TÂM KIỂM SOÁT BỆNH TẬT", "SỞ Y TẾ TỈNH {P}", "TTKSBT"),
    ("ỦY BAN NHÂN DÂN\nXÃ MINH HỌA", "", "UBND"),
    ("ỦY BAN NHÂN DÂN\nPHƯỜNG THỬ NGHIỆM", "", "UBND"),
    ("CỤC KIỂM TRA MẪU", "BỘ THÍ NGHIỆM", "CKTM"),
    ("TỔNG CÔNG TY THỬ NGHIỆM", "", "TCTTN"),
)
PARTY = (
    ("TỈNH ỦY {P}", "", "TU"),
    ("ĐẢNG ỦY XÃ MINH HỌA", "ĐẢNG BỘ TỈNH {P}", "ĐU"),
    ("BAN TỔ CHỨC", "TỈNH ỦY {P}", "BTCTU"),
)
KINDS = (  # title, abbreviation, a beginning that its subjects may have
    ("NGHỊ QUYẾT", "NQ", "Về "),
    ("QUYẾT ĐỊNH", "QĐ", "Về việc "),
    ("CHỈ THỊ", "CT", "Về việc "),
    ("QUY CHẾ", "QC", ""),
    ("QUY ĐỊNH", "QyĐ", "Về "),
    ("THÔNG CÁO", "TC", "Về việc "),
    ("THÔNG BÁO", "TB", "Về việc "),
    ("HƯỚNG DẪN", "HD", ""),
    ("CHƯƠNG TRÌNH", "CTr", ""),
    ("KẾ HOẠCH", "KH", ""),
    ("PHƯƠNG ÁN", "PA", ""),
    ("ĐỀ ÁN", "ĐA", ""),
    ("DỰ ÁN", "DA", ""),
    ("BÁO CÁO", "BC", ""),
    ("BIÊN BẢN", "BB", ""),
    ("TỜ TRÌNH", "TTr", "Về việc "),
    ("HỢP ĐỒNG", "HĐ", ""),
    ("CÔNG ĐIỆN", "CĐ", "Về việc "),
    ("BẢN GHI NHỚ", "BGN", "Về "),
    ("BẢN THỎA THUẬN", "BTT", "Về "),
    ("GIẤY ỦY QUYỀN", "GUQ", ""),
    ("GIẤY MỜI", "GM", ""),
    ("GIẤY GIỚI THIỆU", "GGT", ""),
    ("GIẤY NGHỈ PHÉP", "GNP", ""),
    ("PHIẾU GỬI", "PG", ""),
    ("PHIẾU CHUYỂN", "PC", ""),
    ("PHIẾU BÁO", "PB", ""),
)
MATTERS = (
    "tăng cường sử dụng văn bản điện tử trong hoạt động của cơ quan nhà nước",
    "ban hành Quy chế làm việc của Hội đồng tư vấn",
    "kiện toàn Ban Chỉ đạo phòng, chống thiên tai và tìm kiếm cứu nạn năm 2026",
    "kết quả thực hiện nhiệm vụ 06 tháng đầu năm và phương hướng 06 tháng cuối năm 2026",
    "góp ý dự thảo Thông tư quy định mã định danh",
    "triển khai Nghị quyết số 57-NQ/TW về đột phá phát triển khoa học, công nghệ",
    "mở lớp bồi dưỡng",
    "điều chỉnh chủ trương đầu tư dự án Nâng cấp đường liên xã, đoạn từ Km0+000 đến Km12+500",
    "cử cán bộ tham gia đoàn công tác",
    "phối hợp kiểm tra an toàn thực phẩm dịp Tết Nguyên đán trên địa bàn các xã, phường",
)
SENTENCES = (
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;",
    "Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư;",
    "Thực hiện Công văn số 812/BNV-VTLT ngày 14/02/2026 của Bộ Nội vụ về việc hướng dẫn nghiệp vụ,",
    "Các cơ quan, đơn vị rà soát, thống kê số lượng hồ sơ đang quản lý, đánh giá những khó khăn, vướng mắc.",
    "Việc tiếp nhận và xử lý hồ sơ được thực hiện trên môi trường điện tử, bảo đảm đúng quy định của pháp luật.",
    "Kinh phí thực hiện từ nguồn ngân sách đã được giao trong dự toán năm 2026 và các nguồn hợp pháp khác.",
    "Trong quá trình thực hiện, nếu có vướng mắc, các đơn vị phản ánh về Văn phòng để được hướng dẫn.",
    "Công trình hoàn thành trước ngày 30 tháng 12 năm 2027 theo tiến độ đã được phê duyệt.",
    "Quyết định này thay thế Quyết định số 15/QĐ-UBND ngày 09 tháng 01 năm 2019.",
    "Người đứng đầu cơ quan chịu trách nhiệm về tính chính xác của số liệu đã cung cấp.",
)
FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Ngô", "Y", "H'", "Lò", "Bùi")
MIDDLES = ("Văn", "Thị", "Đức", "Minh", "Thị Ngọc", "Hữu", "Quang", "Thanh")
GIVEN = ("Mẫu", "Thử", "Ánh", "Dương", "Khoa", "Yến", "Ước", "Đạt", "Ẩn")
POSITIONS = (  # authority lines, title
    ((), "GIÁM ĐỐC"),
    (("KT. GIÁM ĐỐC",), "PHÓ GIÁM ĐỐC"),
    (("TL. GIÁM ĐỐC",), "CHÁNH VĂN PHÒNG"),
    (("TM. ỦY BAN NHÂN DÂN",), "CHỦ TỊCH"),
    (("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH"), "PHÓ CHỦ TỊCH"),
    (("TUQ. CHỦ TỊCH",), "GIÁM ĐỐC SỞ NỘI VỤ"),
    (("TL. CHỦ TỊCH", "KT. CHÁNH VĂN PHÒNG"), "PHÓ CHÁNH VĂN PHÒNG"),
    (("Q.",), "Q. GIÁM ĐỐC"),
)
RECIPIENTS = (
    "Như trên",
    "Bộ Thí nghiệm",
    "Thường trực Tỉnh ủy, HĐND tỉnh",
    "Các sở, ban, ngành và các đơn vị sự nghiệp trực thuộc Ủy ban nhân dân tỉnh",
    "Chủ tịch, các PCT UBND tỉnh",
    "Cổng thông tin điện tử tỉnh",
)


def name(random: Random) -> str:
    """A person."""
    family = random.choice(FAMILIES)
    given = f"{random.choice(MIDDLES)} {random.choice(GIVEN)}"
    return f"H'{random.choice(GIVEN)} Niê" if family == "H'" else f"{family} {given}"
