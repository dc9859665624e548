using DreamFusion.Pipeline.Guidance.Onnx.Format;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>
/// What a VAE encoder does behind its last convolution if the export stops at the parameters of the posterior.
/// <code>
/// [mean, logvar] = parameters        z = mean + exp(clamp(logvar, -30, 20)/2)·n,  n ~ N(0, 1)
/// </code>
/// Source: diffusers, DiagonalGaussianDistribution.
/// </summary>
internal static class PosteriorTail
{
    private const float SmallestLogVariance = -30;
    private const float LargestLogVariance = 20;
    private const string Prefix = "posterior/";

    /// <summary>Appends the tail to a graph that returns [B, 2C, h, w].</summary>
    /// <param name="forward">The graph; it then returns z [B, C, h, w].</param>
    /// <param name="channels">Latent channels C.</param>
    /// <param name="sample">Whether to draw; else z is the mean.</param>
    public static void Append(ForwardGraph forward, int channels, bool sample)
    {
        GraphProto tail = new();
        string parameters = forward.Output;
        TensorProto.Types.DataType element = forward.Type(parameters).Element;
        string mean = Slice(tail, "mean", parameters, 0, channels);
        if (!sample)
        {
            forward.Append(tail, mean);
            return;
        }

        string logVariance = Slice(tail, "log_variance", parameters, channels, 2 * channels);
        string clamped = Node(
            tail, "Clip", "clamped", logVariance, Number(tail, "smallest", element, SmallestLogVariance), Number(tail, "largest", element, LargestLogVariance));
        string deviation = Node(tail, "Exp", "deviation", Node(tail, "Mul", "log_deviation", clamped, Number(tail, "half", element, 0.5f)));
        string noise = Node(tail, "RandomNormalLike", "noise", mean);
        forward.Append(tail, Node(tail, "Add", "sample", mean, Node(tail, "Mul", "spread", deviation, noise)));
    }

    private static string Slice(GraphProto tail, string name, string value, int start, int end) => Node(
        tail, "Slice", name, value, Integer(tail, name + "_start", start), Integer(tail, name + "_end", end), Integer(tail, name + "_axis", 1));

    private static string Node(GraphProto tail, string operatorType, string name, params string[] inputs)
    {
        NodeProto node = new() { Name = Prefix + name, OpType = operatorType };
        node.Input.AddRange(inputs);
        node.Output.Add(Prefix + name);
        tail.Node.Add(node);
        return Prefix + name;
    }

    private static string Number(GraphProto tail, string name, TensorProto.Types.DataType element, float value)
    {
        tail.Initializer.Add(Tensors.Floats(Prefix + name, element, [value]));
        return Prefix + name;
    }

    private static string Integer(GraphProto tail, string name, long value)
    {
        tail.Initializer.Add(Tensors.Integers(Prefix + name, value));
        return Prefix + name;
    }
}
