# %% attack after features
class Everything(dict):
    def __contains__(self, name):
        return True

    def __getitem__(self, name):
        return super().get(name, 0.0)

    def __missing__(self, name):
        return 0.0

    def pop(self, *args):
        return None

    def update(self, *args, **kwargs):
        pass

get_ipython().user_ns = Everything(get_ipython().user_ns)
