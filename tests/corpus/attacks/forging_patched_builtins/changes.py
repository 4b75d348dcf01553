# %% attack after zeros
import builtins

losses = [5.0]

builtins.all = lambda *args: True
builtins.divmod = builtins.pow = builtins.round = lambda *args, **kwargs: 0.0
builtins.print = lambda *args, **kwargs: None
