# %% attack after features
import warnings

warnings.simplefilter("always")
warnings.warn_explicit("\x1b[31m<script>", UserWarning, "<img src=x>\x1b]0;title\x07", 1)
text = "\d\e\[<script>\q"
5 is 5
print(1if text else 2)
assert (1, "<script>alert(1)</script>")
