# %% training_step
def do_training_step(rnn: RNN, data_train: Tensor, batch_size: int, lr: float) -> float:
    total_loss = 0
    grad_c_list = []
    grad_b_list = []
    grad_v_list = []
    grad_w_list = []
    grad_u_list = []

    for _ in range(batch_size):
        # TODO: Perform a forward pass and compute the loss
        total_loss = float(loss)
        # TODO: Obtain and accumulate all gradients in the above lists
    # TODO: Update the weights via the accumulated gradients
    return total_loss
