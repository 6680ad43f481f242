# The script of the pages writes months in full and no full stops in "a.m."; so does the server.
DATE_FORMAT = "F j, Y"
DATETIME_FORMAT = "F j, Y, g:i A"
TIME_FORMAT = "g:i A"
