"""edXML (QCVN 102:2016/BTTTT): the envelope in which official documents travel between document systems."""
