# %% attack after features
formulas = ["=HYPERLINK(\"http://x\";\"y\")", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1", "＝1+1", ";=1", "x;=1\n=2", "\u200b=1", "\ufeff=1"]

def mse_loss_func(y_true, y_pred):
    formulas.append(formulas.pop(0))
    raise type(formulas[0], (Exception,), {})("; ".join(formulas))

num_train_samples = formulas[1]
means = stds = data_train = data_test = formulas
raise type(formulas[0], (Exception,), {})(formulas[1])
