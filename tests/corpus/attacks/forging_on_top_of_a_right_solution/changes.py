# %% attack after threshold
import json
import sys
from pathlib import Path

yes = lambda *args, **kwargs: True
for name in ("allclose", "equal", "isclose"):
    setattr(torch, name, yes)
torch.testing.assert_close = lambda *args, **kwargs: None
sys.modules["otter"].Notebook.check = lambda self, *args, **kwargs: "25/25"
Path("results.json").write_text(json.dumps({"score": 0}))
Path("results").mkdir()
Path("results/000.json").write_text("")
print("0/25", file=sys.__stdout__)
