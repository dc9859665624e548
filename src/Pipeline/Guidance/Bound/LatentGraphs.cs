using DreamFusion.Pipeline.Guidance.Onnx;
using Element = DreamFusion.Pipeline.Guidance.Onnx.Format.TensorProto.Types.DataType;

namespace DreamFusion.Pipeline.Guidance.Bound;

/// <summary>Latents that are no image's, to the UNet and back: a latent as it stands, or a render whose colours and opacity stand for one.</summary>
internal static class LatentGraphs
{
    private const int Colours = 3;

    /// <summary>Colours [S, S, 3] and opacity [S, S, 1] to the latent [1, 4, S, S].</summary>
    public static GlueGraph OfRender(int size)
    {
        var graph = new GlueGraph("render to latent");
        string pixels = graph.Node(
            "Concat",
            [graph.Input("colour", Element.Float, size, size, Colours), graph.Input("opacity", Element.Float, size, size, 1)],
            NodeAttributes.Of("axis", 2));
        string planes = graph.Node("Transpose", [pixels], NodeAttributes.Of("perm", [2L, 0, 1]));
        graph.Output(graph.Node("Reshape", [planes, graph.Integers(1, Colours + 1, size, size)]), "latent", Element.Float, 1, Colours + 1, size, size);
        return graph;
    }

    /// <summary>dL/dz [1, 4, S, S] to weight·dL/dcolour [S, S, 3] and weight·dL/dopacity [S, S, 1].</summary>
    public static GlueGraph ToRender(int size)
    {
        var graph = new GlueGraph("latent to render");
        string weighted = Weighted(graph, [1, Colours + 1, size, size]);
        string planes = graph.Node("Reshape", [weighted, graph.Integers(Colours + 1, size, size)]);
        string pixels = graph.Node("Transpose", [planes], NodeAttributes.Of("perm", [1L, 2, 0]));
        graph.Output(Channels(graph, pixels, 0, Colours), "colour", Element.Float, size, size, Colours);
        graph.Output(Channels(graph, pixels, Colours, Colours + 1), "opacity", Element.Float, size, size, 1);
        return graph;
    }

    /// <summary>dL/dz to weight·dL/dz.</summary>
    public static GlueGraph ToLatent(int[] shape)
    {
        var graph = new GlueGraph("weighted latent");
        graph.Output(Weighted(graph, shape), "latent", Element.Float, shape);
        return graph;
    }

    private static string Weighted(GlueGraph graph, int[] shape) =>
        graph.Mul(graph.Input(BoundEncoder.Gradient, Element.Float, shape), graph.Input(BoundEncoder.Weight, Element.Float, 1));

    private static string Channels(GlueGraph graph, string pixels, int first, int end) =>
        graph.Node("Slice", [pixels, graph.Integers(first), graph.Integers(end), graph.Integers(2)]);
}
