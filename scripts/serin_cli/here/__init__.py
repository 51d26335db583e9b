"""`serin train --here`: a training in this process, from a folder of files, with no cloud."""
