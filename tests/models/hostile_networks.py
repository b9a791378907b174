"""Small ONNX networks: one that is right, and ones that reach for what no model may have."""

import numpy as np
from onnx import FunctionProto, GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

BLUR = "com.microsoft"  # a domain that onnxruntime knows, and the standard does not
STRANGE = "my.domain"


def network(
    *nodes: NodeProto, weights: tuple[TensorProto, ...] = (), functions: tuple[FunctionProto, ...] = (), **sides: object
) -> bytes:
    """A network from "photograph" to "probability", where `sides` name no others."""
    names = {"takes": "photograph", "gives": "probability", "of": TensorProto.FLOAT, "makes": TensorProto.FLOAT} | sides
    graph = helper.make_graph(
        list(nodes),
        "network",
        [helper.make_tensor_value_info(names["takes"], names["of"], ["n", 3, "h", "w"])],
        [helper.make_tensor_value_info(names["gives"], names["makes"], None)],
        list(weights),
    )
    opsets = [helper.make_opsetid(domain, version) for domain, version in (("", 17), (BLUR, 1), (STRANGE, 1))]
    return helper.make_model(graph, opset_imports=opsets, functions=functions, ir_version=9).SerializeToString()


def small_network() -> bytes:
    """The sigmoid of the mean of the channels."""
    return network(mean("photograph", "mean"), node("Sigmoid", "mean", "probability"))


def convolutions() -> bytes:
    """What a U-Net is made of, with two channels."""
    rng = np.random.default_rng(0)
    shapes = {"first": (2, 3, 3, 3), "up": (2, 2, 2, 2), "last": (1, 4, 1, 1)}
    weights = [numpy_helper.from_array(rng.normal(0, 1, size).astype(np.float32), key) for key, size in shapes.items()]
    nodes = (
        helper.make_node("Conv", ["photograph", "first"], ["a"], pads=[1, 1, 1, 1]),
        node("Relu", "a", "b"),
        helper.make_node("MaxPool", ["b"], ["c"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("ConvTranspose", ["c", "up"], ["d"], strides=[2, 2]),
        helper.make_node("Concat", ["b", "d"], ["e"], axis=1),
        node("Conv", "e last", "f"),
        node("Sigmoid", "f", "probability"),
    )
    return network(*nodes, weights=tuple(weights))


def answering(value: float) -> bytes:
    """A network that gives one value everywhere."""
    number = numpy_helper.from_array(np.float32(value), "number")
    nodes = (
        mean("photograph", "mean"),
        node("IsNaN", "mean", "never"),
        node("Where", "never mean number", "probability"),
    )
    return network(*nodes, weights=(number,))


def hostile_networks() -> dict[str, bytes]:
    """What must be refused before a runtime sees it, by name."""
    return strange_operators() | outside_weights()


def strange_operators() -> dict[str, bytes]:
    """Operators of other domains than the standard's: in the open, in branches, in loops and in functions."""
    gelu, evil = node("Gelu", "photograph", "probability", BLUR), node("Evil", "photograph", "probability", STRANGE)
    hidden = helper.make_function("", "Harmless", ["x"], ["y"], [node("Gelu", "x", "y", BLUR)], gelu_opsets())
    own = helper.make_function(STRANGE, "Evil", ["x"], ["y"], [node("Gelu", "x", "y", BLUR)], gelu_opsets())
    yes = numpy_helper.from_array(np.array(True), "yes")
    inner = branch(node("Gelu", "photograph", "z", BLUR), "z")
    choice = helper.make_node("If", ["yes"], ["probability"], then_branch=inner, else_branch=inner)
    deeper = branch(helper.make_node("If", ["yes"], ["y"], then_branch=inner, else_branch=inner), "y")
    twice = helper.make_node("If", ["yes"], ["probability"], then_branch=deeper, else_branch=deeper)
    loop = helper.make_node("Loop", ["", "yes", "photograph"], ["probability"], body=loop_body())
    trained = ModelProto.FromString(small_network())
    trained.training_info.add().algorithm.node.append(gelu)
    return {
        "contrib": network(gelu),
        "unknown": network(evil),
        "classical": network(node("Normalizer", "photograph", "probability", "ai.onnx.ml")),
        "branch": network(choice, weights=(yes,)),
        "branch-of-branch": network(twice, weights=(yes,)),
        "loop": network(loop, weights=(yes,)),
        "function": network(node("Harmless", "photograph", "probability"), functions=(hidden,)),
        "function-of-strange-domain": network(evil, functions=(own,)),
        "training": trained.SerializeToString(),
    }


def outside_weights() -> dict[str, bytes]:
    """Weights in other files: as initializers, as constants, sparse, and in branches."""
    add = helper.make_node("Add", ["photograph", "outside"], ["probability"])
    places = {"beside": "weights.bin", "above": "../secret", "absolute": "/etc/passwd", "device": "/dev/zero"}
    networks = {name: network(add, weights=(outside(place),)) for name, place in places.items()}
    constant = helper.make_node("Constant", [], ["outside"], value=outside("../secret"))
    sparse = helper.make_sparse_tensor(outside("../secret"), numpy_helper.from_array(np.array([0])), [3])
    scattered = helper.make_node("Constant", [], ["outside"], sparse_value=sparse)
    yes = numpy_helper.from_array(np.array(True), "yes")
    inner = helper.make_graph(
        [helper.make_node("Add", ["photograph", "outside"], ["z"])],
        "branch",
        [],
        [helper.make_tensor_value_info("z", TensorProto.FLOAT, None)],
        [outside("../secret")],
    )
    choice = helper.make_node("If", ["yes"], ["probability"], then_branch=inner, else_branch=inner)
    unsaid = outside("../secret")
    unsaid.ClearField("data_location")
    return networks | {
        "constant": network(constant, add),
        "sparse": network(scattered, add),
        "branch-outside": network(choice, weights=(yes,)),
        "place-without-saying-so": network(add, weights=(unsaid,)),
    }


def outside(place: str) -> TensorProto:
    """Three weights that are said to lie in another file."""
    tensor = TensorProto(name="outside", data_type=TensorProto.FLOAT, dims=[1, 3, 1, 1])
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", place), ("offset", "0"), ("length", "12")):
        tensor.external_data.add(key=key, value=value)
    return tensor


def node(operator: str, takes: str, gives: str, domain: str = "") -> NodeProto:
    """One operator."""
    return helper.make_node(operator, takes.split(), [gives], domain=domain)


def mean(takes: str, gives: str) -> NodeProto:
    """The mean of the channels."""
    return helper.make_node("ReduceMean", [takes], [gives], axes=[1])


def branch(inside: NodeProto, gives: str) -> GraphProto:
    """A graph in a graph."""
    return helper.make_graph([inside], "branch", [], [helper.make_tensor_value_info(gives, TensorProto.FLOAT, None)])


def loop_body() -> GraphProto:
    """What is done in each turn of a loop."""
    value, boolean, number = helper.make_tensor_value_info, TensorProto.BOOL, TensorProto.INT64
    takes = [value("turn", number, []), value("go", boolean, []), value("x", TensorProto.FLOAT, None)]
    gives = [value("on", boolean, []), value("y", TensorProto.FLOAT, None)]
    return helper.make_graph([node("Identity", "go", "on"), node("Gelu", "x", "y", BLUR)], "body", takes, gives)


def gelu_opsets() -> list[object]:
    """The sets of operators that a function with a Gelu names."""
    return [helper.make_opsetid("", 17), helper.make_opsetid(BLUR, 1)]
