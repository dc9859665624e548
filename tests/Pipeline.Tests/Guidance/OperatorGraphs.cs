using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Guidance.Onnx.Format;

namespace DreamFusion.Pipeline.Tests.Guidance;

/// <summary>One small graph per operator and way of using it; the name begins with the operator.</summary>
internal static class OperatorGraphs
{
    public static Dictionary<string, Func<GraphModel>> All { get; } = new(
    [
        .. Convolutions(), .. Normalizations(), .. Arithmetic(), .. Functions(), .. Matrices(), .. Shapes(), .. Selections(), .. Reductions(), .. Folded(),
    ]);

    private static Dictionary<string, Func<GraphModel>> Convolutions() => new()
    {
        ["Conv 3x3"] = () => Conv([1, 3, 6, 5], 4, 3, 3, 1),
        ["Conv 3x3, 17 channels"] = () => Conv([1, 17, 5, 4], 3, 3, 3, 1, Of("pads", 1, 1, 1, 1)),
        ["Conv uneven padding, 16 channels"] = () => Conv([1, 16, 5, 6], 3, 3, 4, 1, Of("pads", 0, 2, 1, 1)),
        ["Conv dilated, 16 channels"] = () => Conv([1, 16, 9, 8], 2, 3, 3, 1, Of("dilations", 2, 3), Of("pads", 2, 1, 2, 1)),
        ["Conv grouped, 16 channels each"] = () => Conv([1, 32, 4, 4], 6, 3, 3, 2, Of("pads", 1, 1, 1, 1)),
        ["Conv batch of two, 16 channels"] = () => Conv([2, 16, 4, 4], 3, 3, 3, 1, Of("pads", 1, 1, 1, 1)),
        ["Conv padding wider than kernel, 16 channels"] = () => Conv([1, 16, 4, 4], 3, 1, 2, 1, Of("pads", 1, 2, 1, 2)),
        ["Conv SAME_UPPER, 16 channels"] = () => Conv([1, 16, 5, 6], 3, 4, 4, 1, NodeAttributes.Of("auto_pad", "SAME_UPPER")),
        ["Conv 1x1"] = () => Conv([1, 3, 4, 5], 2, 1, 1, 1),
        ["Conv no padding, even kernel"] = () => Conv([1, 2, 6, 7], 3, 4, 2, 1, Of("pads", 0, 0, 0, 0)),
        ["Conv uneven padding"] = () => Conv([1, 2, 5, 6], 3, 3, 4, 1, Of("pads", 0, 2, 1, 1)),
        ["Conv padding wider than kernel"] = () => Conv([1, 2, 4, 4], 3, 1, 2, 1, Of("pads", 1, 2, 1, 2)),
        ["Conv padding wider than kernel on one side"] = () => Conv([1, 2, 4, 5], 3, 2, 2, 1, Of("pads", 2, 0, 0, 3)),
        ["Conv stride 2, 4x4"] = () => Conv([1, 3, 8, 8], 4, 4, 4, 1, Of("strides", 2, 2), Of("pads", 1, 1, 1, 1)),
        ["Conv stride that cuts off rows"] = () => Conv([1, 2, 8, 9], 3, 3, 3, 1, Of("strides", 2, 3), Of("pads", 0, 1, 0, 1)),
        ["Conv stride wider than kernel"] = () => Conv([1, 2, 9, 8], 3, 2, 1, 1, Of("strides", 3, 2)),
        ["Conv strided, padding wider than kernel"] = () => Conv([1, 2, 5, 5], 3, 2, 2, 1, Of("strides", 2, 2), Of("pads", 2, 3, 3, 2)),
        ["Conv asymmetric padding as in Stable Diffusion"] = () => Conv([1, 2, 8, 8], 3, 3, 3, 1, Of("strides", 2, 2), Of("pads", 0, 0, 1, 1)),
        ["Conv dilated"] = () => Conv([1, 2, 9, 8], 3, 3, 3, 1, Of("dilations", 2, 3), Of("pads", 2, 1, 2, 1)),
        ["Conv dilated and strided"] = () => Conv([1, 2, 9, 8], 3, 3, 2, 1, Of("dilations", 2, 1), Of("strides", 2, 2), Of("pads", 1, 0, 1, 1)),
        ["Conv grouped"] = () => Conv([1, 4, 5, 5], 6, 3, 3, 2, Of("pads", 1, 1, 1, 1)),
        ["Conv grouped and strided"] = () => Conv([1, 4, 6, 6], 6, 3, 3, 2, Of("strides", 2, 2), Of("pads", 1, 1, 1, 1)),
        ["Conv depthwise"] = () => Conv([1, 3, 5, 5], 3, 3, 3, 3, Of("pads", 1, 1, 1, 1)),
        ["Conv SAME_UPPER"] = () => Conv([1, 2, 5, 6], 3, 4, 4, 1, NodeAttributes.Of("auto_pad", "SAME_UPPER")),
        ["Conv SAME_LOWER strided"] = () => Conv([1, 2, 7, 7], 3, 3, 4, 1, NodeAttributes.Of("auto_pad", "SAME_LOWER"), Of("strides", 2, 2)),
        ["Conv VALID"] = () => Conv([1, 2, 5, 6], 3, 3, 3, 1, NodeAttributes.Of("auto_pad", "VALID")),
        ["Conv batch of two"] = () => Conv([2, 2, 4, 4], 3, 3, 3, 1, Of("pads", 1, 1, 1, 1)),
        ["Conv one axis, strided"] = () => new GraphModel([1, 3, 9], 3).Weight("w", 4, 3, 3).Node("Conv", ["x", "w"], "y", Of("strides", 2), Of("pads", 1, 0)),
        ["Pad as before a Stable Diffusion downsample"] = () => new GraphModel([1, 2, 6, 6], 4).Integers("p", 0, 0, 0, 0, 0, 0, 1, 1)
            .Weight(Tensors.Floats("v", [0.7f])).Node("Pad", ["x", "p", "v"], "r").Weight("w", 2, 2, 3, 3)
            .Node("Conv", ["r", "w"], "y", Of("strides", 2, 2)),
    };

    private static Dictionary<string, Func<GraphModel>> Normalizations() => new()
    {
        ["InstanceNormalization"] = () => Normalization("InstanceNormalization", [1, 3, 4, 5], 14, 3, NodeAttributes.Of("epsilon", 1e-5f)),
        ["InstanceNormalization rank 3, opset 18"] = () => Normalization("InstanceNormalization", [2, 4, 12], 18, 4, NodeAttributes.Of("epsilon", 1e-3f)),
        ["InstanceNormalization unit scale"] = () => new GraphModel([2, 2, 6], 3).Weight(Tensors.Floats("s", [1, 1], 2)).Weight("b", 2)
            .Node("InstanceNormalization", ["x", "s", "b"], "y"),
        ["GroupNormalization"] = () => Normalization("GroupNormalization", [2, 6, 3, 2], 18, 3, NodeAttributes.Of("num_groups", 3L)),
        ["GroupNormalization per channel"] = () => Normalization("GroupNormalization", [1, 6, 3, 2], 21, 6, NodeAttributes.Of("num_groups", 2L), NodeAttributes.Of("epsilon", 1e-3f)),
        ["LayerNormalization"] = () => Normalization("LayerNormalization", [2, 3, 7], 17, 7),
        ["LayerNormalization two axes, no bias"] = () => new GraphModel([2, 3, 4], 3, 17).Weight("s", 3, 4).Node("LayerNormalization", ["x", "s"], "y", NodeAttributes.Of("axis", 1L)),
        ["BatchNormalization"] = () => Normalization("BatchNormalization", [2, 3, 4], 15, 3, ["m", "v"]),
        ["Reshape, InstanceNormalization and back, as GroupNorm is exported"] = () => new GraphModel([1, 4, 3, 3], 4).Integers("g", 0, 2, -1)
            .Weight(Tensors.Floats("one", [1, 1], 2)).Weight(Tensors.Floats("zero", [0, 0], 2)).Weight("c", 4, 1, 1).Weight("bb", 4, 1, 1)
            .Node("Reshape", ["x", "g"], "r").Node("InstanceNormalization", ["r", "one", "zero"], "n").Node("Shape", ["x"], "shape")
            .Node("Reshape", ["n", "shape"], "b").Node("Mul", ["b", "c"], "m").Node("Add", ["m", "bb"], "y"),
    };

    private static Dictionary<string, Func<GraphModel>> Arithmetic() => new()
    {
        ["Add constant"] = () => Binary("Add", [1, 3, 2, 2]),
        ["Add both"] = () => new GraphModel([2, 3], 2).Node("Sigmoid", ["x"], "s").Node("Add", ["x", "s"], "y"),
        ["Add itself"] = () => new GraphModel([2, 3], 2).Node("Add", ["x", "x"], "y"),
        ["Add broadcasts one of two"] = () => new GraphModel([2, 3], 2).Node("ReduceSum", ["x"], "s", NodeAttributes.Of("keepdims", 0L)).Node("Add", ["s", "x"], "y"),
        ["Sub from constant"] = () => new GraphModel([1, 3, 2, 2], 4).Weight("w", 1, 3, 1, 1).Node("Sub", ["w", "x"], "y"),
        ["Sub constant"] = () => Binary("Sub", [1, 3, 2, 2]),
        ["Mul constant"] = () => Binary("Mul", [1, 3, 2, 2]),
        ["Mul both (SiLU)"] = () => new GraphModel([2, 3], 2).Node("Sigmoid", ["x"], "s").Node("Mul", ["x", "s"], "y"),
        ["Mul broadcasts x over channels"] = () => new GraphModel([1, 1, 2, 3], 4).Weight("w", 1, 4, 1, 1).Node("Mul", ["x", "w"], "y"),
        ["Mul broadcasts x to a higher rank"] = () => new GraphModel([3], 3).Weight("w", 2, 4, 3).Node("Mul", ["w", "x"], "y"),
        ["Div by constant"] = () => Binary("Div", [1, 3, 2, 2]),
        ["Div both"] = () => new GraphModel([2, 3], 2).Node("Sigmoid", ["x"], "s").Node("Div", ["x", "s"], "y"),
        ["Div by x, broadcast"] = () => new GraphModel([1, 3], 3).Weight("w", 2, 4, 3).Node("Sigmoid", ["x"], "s").Node("Div", ["w", "s"], "y"),
        ["Pow squared"] = () => new GraphModel([2, 3], 2).Weight(Tensors.Floats("p", [2])).Node("Pow", ["x", "p"], "y"),
        ["Pow integer exponent"] = () => new GraphModel([2, 3], 2).Integers("p", 3).Node("Pow", ["x", "p"], "y"),
        ["Pow both"] = () => new GraphModel([2, 3], 2).Node("Exp", ["x"], "e").Node("Pow", ["e", "x"], "y"),
        ["Pow base broadcast"] = () => new GraphModel([1, 3], 2).Weight(Tensors.Floats("p", [0.5f, 1.5f], 2, 1)).Node("Exp", ["x"], "e").Node("Pow", ["e", "p"], "y"),
        ["Where constant condition"] = () => new GraphModel([2, 3], 2).Weight(Bools("c", 1, 0, 1)).Weight("w", 2, 3).Node("Where", ["c", "x", "w"], "y"),
        ["Where condition from x"] = () => new GraphModel([2, 3], 2).Weight(Tensors.Floats("h", [0.3f])).Node("Greater", ["x", "h"], "c").Node("Exp", ["x"], "e")
            .Node("Neg", ["x"], "n").Node("Where", ["c", "e", "n"], "y"),
        ["Where broadcasts x"] = () => new GraphModel([1, 3], 2).Weight(Bools("c", 1, 0)).Node("Reshape", ["c", "s"], "cc").Integers("s", 2, 1).Weight("w", 2, 3)
            .Node("Where", ["cc", "w", "x"], "y"),
        ["Max with constant"] = () => new GraphModel([2, 3], 2).Weight("w", 3).Node("Max", ["x", "w"], "y"),
        ["Max of three, two equal"] = () => new GraphModel([2, 3], 2).Node("Identity", ["x"], "i").Weight(Tensors.Floats("w", [-9])).Node("Max", ["x", "w", "i"], "y"),
        ["Min of two"] = () => new GraphModel([2, 3], 2).Node("Neg", ["x"], "n").Node("Min", ["x", "n"], "y"),
    };

    private static Dictionary<string, Func<GraphModel>> Functions()
    {
        string[] everywhere = ["Neg", "Abs", "Sigmoid", "Tanh", "Erf", "Exp", "Reciprocal", "Relu", "Softplus", "Identity"];
        Dictionary<string, Func<GraphModel>> graphs = everywhere.ToDictionary(f => f, f => (Func<GraphModel>)(() => new GraphModel([2, 5], 2).Node(f, ["x"], "y")));
        foreach (string f in (string[])["Log", "Sqrt"])
        {
            graphs[f] = () => new GraphModel([2, 5], 2).Node("Exp", ["x"], "e").Node(f, ["e"], "y");
        }

        graphs["LeakyRelu"] = () => new GraphModel([2, 5], 2).Node("LeakyRelu", ["x"], "y", NodeAttributes.Of("alpha", 0.2f));
        graphs["Clip both bounds"] = () => new GraphModel([2, 5], 2).Weight(Tensors.Floats("a", [-0.5f])).Weight(Tensors.Floats("b", [0.6f])).Node("Clip", ["x", "a", "b"], "y");
        graphs["Clip upper bound"] = () => new GraphModel([2, 5], 2).Weight(Tensors.Floats("b", [0.6f])).Node("Clip", ["x", "", "b"], "y");
        graphs["Gelu"] = () => new GraphModel([2, 5], 2, 20).Node("Gelu", ["x"], "y");
        graphs["Gelu by tanh"] = () => new GraphModel([2, 5], 2, 20).Node("Gelu", ["x"], "y", NodeAttributes.Of("approximate", "tanh"));
        graphs["Cast to double and back"] = () => new GraphModel([2, 5], 2).Node("Cast", ["x"], "d", NodeAttributes.Of("to", 11L)).Node("Exp", ["d"], "e")
            .Node("Cast", ["e"], "y", NodeAttributes.Of("to", 1L));
        graphs["Cast to integer stops the gradient"] = () => new GraphModel([2, 5], 2).Node("Cast", ["x"], "i", NodeAttributes.Of("to", 7L))
            .Node("Cast", ["i"], "f", NodeAttributes.Of("to", 1L)).Node("Mul", ["x", "f"], "m").Node("Add", ["m", "x"], "y");
        graphs["Dropout"] = () => new GraphModel([2, 5], 2).Node("Dropout", ["x"], "y");
        return graphs;
    }

    private static Dictionary<string, Func<GraphModel>> Matrices() => new()
    {
        ["MatMul by a weight"] = () => new GraphModel([2, 3, 4], 3).Weight("w", 4, 5).Node("MatMul", ["x", "w"], "y"),
        ["MatMul of a weight"] = () => new GraphModel([4, 3], 3).Weight("w", 2, 5, 4).Node("MatMul", ["w", "x"], "y"),
        ["MatMul both"] = () => new GraphModel([2, 3, 4], 3).Node("Transpose", ["x"], "t", Of("perm", 0, 2, 1)).Node("Sigmoid", ["t"], "s").Node("MatMul", ["x", "s"], "y"),
        ["MatMul broadcast batch"] = () => new GraphModel([3, 1, 2, 4], 4).Weight("w", 2, 4, 3).Node("MatMul", ["x", "w"], "y"),
        ["MatMul row vector"] = () => new GraphModel([4], 2).Weight("w", 2, 4, 3).Node("MatMul", ["x", "w"], "y"),
        ["MatMul column vector"] = () => new GraphModel([4], 2).Weight("w", 2, 3, 4).Node("MatMul", ["w", "x"], "y"),
        ["MatMul with a column vector"] = () => new GraphModel([2, 3, 4], 2).Weight("w", 4).Node("MatMul", ["x", "w"], "y"),
        ["Gemm"] = () => new GraphModel([3, 4], 2).Weight("w", 4, 5).Weight("b", 5).Node("Gemm", ["x", "w", "b"], "y"),
        ["Gemm turned, scaled"] = () => new GraphModel([3, 4], 2).Weight("w", 5, 3).Weight("b", 4, 1).Node(
            "Gemm", ["x", "w", "b"], "y", NodeAttributes.Of("transA", 1L), NodeAttributes.Of("transB", 1L), NodeAttributes.Of("alpha", 0.5f)),
        ["Gemm right, turned"] = () => new GraphModel([3, 4], 2).Weight("w", 4, 5).Node("Gemm", ["w", "x"], "y", NodeAttributes.Of("transA", 1L), NodeAttributes.Of("transB", 1L)),
        ["Gemm right"] = () => new GraphModel([4, 3], 2).Weight("w", 5, 4).Node("Gemm", ["w", "x"], "y"),
        ["Gemm addend"] = () => new GraphModel([3], 2).Weight("v", 2, 4).Weight("w", 4, 3).Node("Gemm", ["v", "w", "x"], "y", NodeAttributes.Of("beta", 2f)),
        ["Softmax"] = () => new GraphModel([2, 3, 4], 3).Node("Softmax", ["x"], "y"),
        ["Softmax over an inner axis"] = () => new GraphModel([2, 3, 4], 3).Node("Softmax", ["x"], "y", NodeAttributes.Of("axis", 1L)),
        ["Softmax attention"] = () => new GraphModel([1, 5, 4], 3).Weight("q", 4, 4).Weight("k", 4, 4).Weight("v", 4, 4).Weight(Tensors.Floats("half", [0.5f]))
            .Node("MatMul", ["x", "q"], "xq").Node("MatMul", ["x", "k"], "xk").Node("MatMul", ["x", "v"], "xv").Node("Transpose", ["xk"], "t", Of("perm", 0, 2, 1))
            .Node("MatMul", ["xq", "t"], "s").Node("Mul", ["s", "half"], "z").Node("Softmax", ["z"], "p").Node("MatMul", ["p", "xv"], "y"),
    };

    private static Dictionary<string, Func<GraphModel>> Shapes() => new()
    {
        ["Reshape"] = () => Scaled(new GraphModel([1, 4, 3], 3).Integers("s", 0, 2, -1).Node("Reshape", ["x", "s"], "r"), 1, 2, 6),
        ["Flatten"] = () => Scaled(new GraphModel([2, 2, 3], 2).Node("Flatten", ["x"], "r", NodeAttributes.Of("axis", 2L)), 4, 3),
        ["Unsqueeze"] = () => Scaled(new GraphModel([2, 3], 4).Integers("a", 0, -2).Node("Unsqueeze", ["x", "a"], "r"), 1, 2, 1, 3),
        ["Squeeze"] = () => Scaled(new GraphModel([1, 2, 1, 3], 2).Integers("a", 0, 2).Node("Squeeze", ["x", "a"], "r"), 2, 3),
        ["Squeeze all"] = () => Scaled(new GraphModel([1, 2, 1, 3], 2).Node("Squeeze", ["x"], "r"), 2, 3),
        ["Transpose"] = () => Scaled(new GraphModel([2, 3, 4], 3).Node("Transpose", ["x"], "r", Of("perm", 2, 0, 1)), 4, 2, 3),
        ["Transpose by default"] = () => Scaled(new GraphModel([2, 3], 2).Node("Transpose", ["x"], "r"), 3, 2),
        ["Expand"] = () => Scaled(new GraphModel([3, 1], 3).Integers("s", 2, 1, 4).Node("Expand", ["x", "s"], "r"), 2, 3, 4),
        ["Concat"] = () => Scaled(new GraphModel([2, 3], 2).Weight("c", 2, 1).Node("Exp", ["x"], "e").Node("Concat", ["x", "c", "e"], "r", NodeAttributes.Of("axis", -1L)), 2, 7),
        ["Split in halves"] = () => new GraphModel([2, 4], 2).Node("Split", ["x"], ["a", "b"], NodeAttributes.Of("axis", 1L)).Node("Exp", ["b"], "e").Node("Mul", ["a", "e"], "y"),
        ["Split, one piece used"] = () => new GraphModel([2, 5], 2).Integers("n", 1, 3, 1).Node("Split", ["x", "n"], ["a", "b", "c"], NodeAttributes.Of("axis", 1L)).Node("Exp", ["b"], "y"),
        ["Split by number, opset 18"] = () => new GraphModel([5, 2], 2, 18).Node("Split", ["x"], ["a", "b"], NodeAttributes.Of("num_outputs", 2L)).Node("Exp", ["b"], "y"),
    };

    private static Dictionary<string, Func<GraphModel>> Selections() => new()
    {
        ["Slice"] = () => Scaled(Slice([4, 5, 3], [1, 0], [3, -1], [1, 2]), 4, 2, 2),
        ["Slice with steps"] = () => Scaled(Slice([7, 6], [0, 1], [7, 100], [0, 1], 3, 2), 3, 3),
        ["Slice backwards"] = () => Scaled(Slice([5, 4], [-1, 2], [-100, 0], [0, -1], -2, -1), 3, 2),
        ["Slice first axes by default"] = () => Scaled(new GraphModel([4, 3], 2).Integers("s", 2).Integers("e", 4).Node("Slice", ["x", "s", "e"], "r"), 2, 3),
        ["Slice overlapping twice"] = () => Slice([5, 3], [0], [4], [0]).Integers("s2", 1).Integers("e2", 5).Node("Slice", ["x", "s2", "e2"], "q").Node("Mul", ["r", "q"], "y"),
        ["Gather"] = () => Scaled(new GraphModel([2, 4, 3], 3).Integers("i", 3, 0, -2, 0).Node("Gather", ["x", "i"], "r", NodeAttributes.Of("axis", 1L)), 2, 4, 3),
        ["Gather scalar"] = () => Scaled(new GraphModel([4, 3], 1).Weight(Scalar("i", 2)).Node("Gather", ["x", "i"], "r"), 3),
        ["Gather matrix of indices"] = () => Scaled(new GraphModel([3, 4], 3).Integers("i", 1, 2, 2, 0).Integers("s", 2, 2).Node("Reshape", ["i", "s"], "j")
            .Node("Gather", ["x", "j"], "r", NodeAttributes.Of("axis", 1L)), 3, 2, 2),
        ["Tile"] = () => Scaled(new GraphModel([2, 3], 2).Integers("n", 2, 3).Node("Tile", ["x", "n"], "r"), 4, 9),
        ["Pad constant"] = () => Scaled(Pad([2, 3], "constant", 1, 0, 2, 1), 5, 4),
        ["Pad that cuts"] = () => Scaled(Pad([4, 3], "constant", -1, 1, 0, -1), 3, 3),
        ["Pad reflect"] = () => Scaled(Pad([4, 3], "reflect", 2, 1, 3, 2), 9, 6),
        ["Pad edge"] = () => Scaled(Pad([2, 3], "edge", 2, 0, 1, 1), 5, 4),
        ["Pad wrap"] = () => Scaled(new GraphModel([3, 2], 2, 19).Integers("p", 1, 0, 2, 1).Node("Pad", ["x", "p"], "r", NodeAttributes.Of("mode", "wrap")), 6, 3),
        ["Pad chosen axes"] = () => Scaled(new GraphModel([2, 3], 2, 18).Integers("p", 1, 2).Integers("a", -1).Node("Pad", ["x", "p", "", "a"], "r"), 2, 6),
    };

    private static Dictionary<string, Func<GraphModel>> Reductions()
    {
        Dictionary<string, Func<GraphModel>> graphs = [];
        foreach (string r in (string[])["Sum", "Mean", "SumSquare", "L1", "L2", "LogSum", "LogSumExp", "Max", "Min"])
        {
            string name = $"Reduce{r}";
            // The logarithm of a sum needs positive terms.
            graphs[$"{name} of all"] = () => Exp([2, 3], 0).Node(name, ["e"], "y", NodeAttributes.Of("keepdims", 0L));
            graphs[$"{name} over axes, opset 18"] = () => Exp([2, 3, 4], 3, 18).Integers("a", 0, -1).Node(name, ["e", "a"], "y");
            graphs[$"{name} over one axis, dropped"] = () => r == "Sum"
                ? Exp([2, 3, 4], 2).Integers("a", 1).Node(name, ["e", "a"], "y", NodeAttributes.Of("keepdims", 0L))
                : Exp([2, 3, 4], 2).Node(name, ["e"], "y", Of("axes", 1), NodeAttributes.Of("keepdims", 0L));
        }

        graphs["ReduceMax among equal ones"] = () => new GraphModel([1, 3], 2).Node("Concat", ["x", "x"], "c", NodeAttributes.Of("axis", 0L)).Node("ReduceMax", ["c"], "y", Of("axes", 0));
        return graphs;
    }

    private static Dictionary<string, Func<GraphModel>> Folded() => new()
    {
        ["Folded constant"] = () => new GraphModel([2, 3], 2).Weight("a", 3).Weight("bb", 3).Node("Add", ["a", "bb"], "w").Node("Mul", ["x", "w"], "y"),
        ["Folded shape arithmetic"] = () => new GraphModel([2, 6, 3], 3).Weight(Scalar("one", 1)).Weight(Scalar("two", 2)).Integers("axis", 0).Integers("rest", -1)
            .Node("Shape", ["x"], "shape").Node("Gather", ["shape", "one"], "channels").Node("Div", ["channels", "two"], "half")
            .Node("Unsqueeze", ["half", "axis"], "h").Node("Unsqueeze", ["two", "axis"], "t").Node("Concat", ["h", "t", "rest"], "target", NodeAttributes.Of("axis", 0L))
            .Node("Reshape", ["x", "target"], "r").Weight("w", 3, 2, 6).Node("Mul", ["r", "w"], "y"),
        ["Folded Range, Equal, Where and ConstantOfShape, as Expand is exported"] = () => new GraphModel([2, 3], 3).Weight(Scalar("zero", 0)).Weight(Scalar("one", 1))
            .Weight(Scalar("three", 3)).Integers("minus", -1).Integers("given", 4, -1, -1).Integers("rank", 3)
            .Node("ConstantOfShape", ["rank"], "ones", new AttributeProto { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = Tensors.Integers("", 1) })
            .Node("Equal", ["given", "minus"], "open").Node("Where", ["open", "ones", "given"], "target").Node("Expand", ["x", "target"], "e")
            .Node("Range", ["zero", "three", "one"], "range").Node("Cast", ["range"], "f", NodeAttributes.Of("to", 1L)).Node("Mul", ["e", "f"], "y"),
        ["Folded Shape with start and end"] = () => new GraphModel([2, 6, 3], 2, 15).Node("Shape", ["x"], "s", NodeAttributes.Of("start", 1L), NodeAttributes.Of("end", -1L))
            .Integers("rest", -1).Node("Concat", ["s", "rest"], "t", NodeAttributes.Of("axis", 0L)).Node("Reshape", ["x", "t"], "r").Weight("w", 6, 6).Node("Mul", ["r", "w"], "y"),
        ["Folded Size"] = () => new GraphModel([2, 3], 2).Node("Size", ["x"], "n").Node("Cast", ["n"], "f", NodeAttributes.Of("to", 1L)).Node("Div", ["x", "f"], "y"),
        ["Folded number of a Constant"] = () => new GraphModel([2, 3], 2).Node("Constant", [], "c", NodeAttributes.Of("value_float", 0.25f)).Node("Mul", ["x", "c"], "y"),
    };

    private static GraphModel Conv(int[] shape, int outputs, int height, int width, int group, params AttributeProto[] attributes)
    {
        List<AttributeProto> all = [.. attributes, NodeAttributes.Of("group", (long)group), NodeAttributes.Of("kernel_shape", [height, width])];
        return new GraphModel(shape, 4).Weight("w", outputs, shape[1] / group, height, width).Weight("b", outputs).Node("Conv", ["x", "w", "b"], "y", [.. all]);
    }

    private static GraphModel Normalization(string operatorType, int[] shape, long opset, int parameters, params AttributeProto[] attributes) =>
        new GraphModel(shape, shape.Length, opset).Weight("scale", parameters).Weight("b", parameters).Node(operatorType, ["x", "scale", "b"], "y", attributes);

    private static GraphModel Normalization(string operatorType, int[] shape, long opset, int parameters, string[] moments) =>
        new GraphModel(shape, shape.Length, opset).Weight("scale", parameters).Weight("b", parameters).Weight("m", parameters)
            .Weight(Tensors.Floats("v", [0.5f, 1.5f, 2f], parameters)).Node(operatorType, ["x", "scale", "b", .. moments], "y");

    private static GraphModel Binary(string operatorType, int[] shape) =>
        new GraphModel(shape, shape.Length).Weight("w", 1, shape[1], 1, 1).Node(operatorType, ["x", "w"], "y");

    // Multiplies by weights, so that a permutation of the elements would show.
    private static GraphModel Scaled(GraphModel model, params long[] shape) => model.Weight("w", shape).Node("Mul", ["r", "w"], "y");

    private static GraphModel Exp(int[] shape, int rank, long opset = 14) => new GraphModel(shape, rank, opset).Node("Exp", ["x"], "e");

    private static GraphModel Slice(int[] shape, long[] starts, long[] ends, long[] axes, params long[] steps)
    {
        GraphModel model = new GraphModel(shape, shape.Length).Integers("s", starts).Integers("e", ends).Integers("a", axes);
        return steps.Length == 0
            ? model.Node("Slice", ["x", "s", "e", "a"], "r")
            : model.Integers("step", steps).Node("Slice", ["x", "s", "e", "a", "step"], "r");
    }

    private static GraphModel Pad(int[] shape, string mode, params long[] pads) =>
        new GraphModel(shape, shape.Length).Integers("p", pads).Node("Pad", ["x", "p"], "r", NodeAttributes.Of("mode", mode));

    private static TensorProto Scalar(string name, long value)
    {
        TensorProto tensor = Tensors.Integers(name, value);
        tensor.Dims.Clear();
        return tensor;
    }

    private static TensorProto Bools(string name, params byte[] values) => Tensors.Raw(name, TensorProto.Types.DataType.Bool, values, [values.Length]);

    private static AttributeProto Of(string name, params long[] values) => NodeAttributes.Of(name, values);
}
