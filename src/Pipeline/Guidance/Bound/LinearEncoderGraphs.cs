using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using Element = DreamFusion.Pipeline.Guidance.Onnx.Format.TensorProto.Types.DataType;

namespace DreamFusion.Pipeline.Guidance.Bound;

/// <summary>The formulas of <see cref="LinearEncoder"/> as graphs; sums of products, not matrix products, which a GPU may round to 10 bits.</summary>
internal static class LinearEncoderGraphs
{
    private const int Colours = 3;

    /// <summary>Image x [S, S, 3] in [0, 1] to y = A·(2m - 1) + b [1, C, h, h], m the mean colours of squares.</summary>
    /// <param name="map">A and b.</param>
    /// <param name="size">S.</param>
    /// <param name="channels">C.</param>
    /// <param name="cells">h, a divisor of S.</param>
    public static GlueGraph Encode(LatentMap map, int size, int channels, int cells)
    {
        int side = size / cells;
        var graph = new GlueGraph("image to linear latent");
        string image = graph.Input("image", Element.Float, size, size, Colours);
        string squares = graph.Node("Reshape", [image, graph.Integers(cells, side, cells, side, Colours)]);
        // [h, h, 3]
        string means = graph.Node("ReduceMean", [squares], NodeAttributes.Of("axes", [1L, 3]), NodeAttributes.Of("keepdims", 0));
        string range = graph.Sub(graph.Mul(means, graph.Number(2)), graph.Number(1));
        string planes = graph.Node("Reshape", [graph.Node("Transpose", [range], NodeAttributes.Of("perm", [2L, 0, 1])), graph.Integers(1, Colours, cells, cells)]);
        string products = graph.Mul(planes, graph.Numbers([.. Enumerable.Range(0, channels * Colours).Select(i => Term(map, i / Colours, i % Colours))], channels, Colours, 1, 1));
        string sums = graph.SumOver(products, 1);
        string encoded = graph.Add(sums, graph.Numbers([.. Enumerable.Range(0, channels).Select(c => Term(map, c, Colours))], channels, 1, 1));
        graph.Output(graph.Node("Reshape", [encoded, graph.Integers(1, channels, cells, cells)]), "encoded", Element.Float, 1, channels, cells, cells);
        return graph;
    }

    /// <summary>dL/dz [1, C, h, h] to weight·dL/dx [S, S, 3] = weight·2·s·Aᵀ·dL/dz/f², with the sum of squares of dL/dx.</summary>
    /// <param name="map">A and b.</param>
    /// <param name="scale">s.</param>
    /// <param name="size">S.</param>
    /// <param name="channels">C.</param>
    /// <param name="cells">h, a divisor of S.</param>
    public static GlueGraph Back(LatentMap map, float scale, int size, int channels, int cells)
    {
        int side = size / cells;
        var graph = new GlueGraph("linear latent to image");
        string gradient = graph.Node("Reshape", [graph.Input(BoundEncoder.Gradient, Element.Float, 1, channels, cells, cells), graph.Integers(channels, 1, cells, cells)]);
        string products = graph.Mul(gradient, graph.Numbers([.. Enumerable.Range(0, channels * Colours).Select(i => Term(map, i / Colours, i % Colours))], channels, Colours, 1, 1));
        // [3, h, h]
        string sums = graph.Mul(graph.SumOver(products, 0), graph.Number(2 * scale / (side * side)));
        string squares = graph.Node("Reshape", [graph.Node("Transpose", [sums], NodeAttributes.Of("perm", [1L, 2, 0])), graph.Integers(cells, 1, cells, 1, Colours)]);
        string image = graph.Node("Reshape", [graph.Node("Expand", [squares, graph.Integers(cells, side, cells, side, Colours)]), graph.Integers(size, size, Colours)]);
        graph.Output(graph.Mul(image, graph.Input(BoundEncoder.Weight, Element.Float, 1)), BoundEncoder.Image, Element.Float, size, size, Colours);
        graph.Output(graph.Join(graph.SumOfSquares(image)), "statistics", Element.Float, 1);
        return graph;
    }

    private static float Term(LatentMap map, int channel, int term) => (float)map.Coefficients[(channel * LatentMap.Terms) + term];
}
