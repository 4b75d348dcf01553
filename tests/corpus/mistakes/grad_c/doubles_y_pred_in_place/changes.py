# %% rnn._compute_grad_c
def _compute_grad_c(self, y_true, y_pred):
    y_pred -= y_true
    y_pred *= 2
    return y_pred
