using System.Collections.Generic;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Encode;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Pipeline.Field;

namespace DreamFusion.Bench.WholeStep;

/// <summary>
/// The floors of the operations of a field step, by their labels on the tape. M samples, R rays, P parameters; a float has 4 bytes, an
/// exponential or a root counts 10 operations. Gradients of samples count as written, not as updated: nothing forces them through zeros.
/// </summary>
public static class FieldStepFloors
{
    private const double Exponential = 10;
    private const double Float = 4;

    /// <param name="options">The field.</param>
    /// <param name="samples">M.</param>
    /// <param name="lit">Samples whose normals have a gradient: those that face the light. The others take no part in the second-order passes.</param>
    /// <param name="rays">R.</param>
    /// <param name="parameters">P.</param>
    public static Dictionary<(string Label, TapePass Pass), PartFloor> For(FieldOptions options, double samples, double lit, double rays, double parameters)
    {
        HashGridOptions grid = ((HashGridEncodingOptions)options.Encoding).Grid;
        MlpOptions network = ((JointNetworkOptions)options.Networks).Network;
        double features = grid.FeatureCount;
        double outputs = network.OutputCount;
        return new Dictionary<(string, TapePass), PartFloor>
        {
            [("rays", TapePass.Forward)] = PerItem(rays, flop: 40, read: 0, written: 8),
            // Ranges are written once and read once, the lattice is tested once.
            [("march", TapePass.Forward)] = PerItem(samples, flop: 40, read: 0, written: 6) + PerItem(rays, flop: 10, read: 10, written: 2),
            [("background", TapePass.Forward)] = PerItem(rays, flop: 0, read: 0, written: 3),
            [("hash grid encode", TapePass.Forward)] =
                EncodeWithJacobian(grid, samples) + PerItem(samples, 0, read: 3, written: 4 * features),
            // One pass over the features for the outputs and the density's gradient.
            [("mlp", TapePass.Forward)] =
                PerItem(samples, 2 * (Products(network) + HiddenProducts(network)), features, outputs + features),
            [("density", TapePass.Forward)] = PerItem(samples, 12 + (2 * Exponential), read: outputs + 3, written: 1),
            [("albedo", TapePass.Forward)] = PerItem(samples, 3 * (3 + Exponential), read: outputs, written: 3),
            [("hash grid position gradient", TapePass.Forward)] = PerItem(samples, 6 * features, read: 4 * features, written: 3),
            [("normals", TapePass.Forward)] = PerItem(samples, 20 + (2 * Exponential), read: 6, written: 3),
            [("shading", TapePass.Forward)] = PerItem(samples, 12, read: 6, written: 3),
            [("composite", TapePass.Forward)] =
                PerItem(samples, 24 + Exponential, read: 9, written: 1) + PerItem(rays, 8, read: 5, written: 10),
            [("composite", TapePass.Backward)] = PerItem(samples, 22, read: 6, written: 4) + PerItem(rays, 8, read: 10, written: 0),
            [("shading", TapePass.Backward)] = PerItem(samples, 18, read: 9, written: 6),
            [("normals", TapePass.Backward)] = PerItem(samples, 40 + (2 * Exponential), read: 9, written: 3),
            [("hash grid position gradient", TapePass.Backward)] =
                PerItem(lit, 6 * features, read: 3 + (3 * features), written: 0) + PerItem(samples, 0, read: 0, written: features),
            [("mlp input gradient", TapePass.Backward)] = PerItem(lit, 4 * HiddenProducts(network), read: 2 * features, written: 0),
            [("albedo", TapePass.Backward)] = PerItem(samples, 12, read: 6, written: 3),
            [("density", TapePass.Backward)] = PerItem(samples, 12 + (2 * Exponential), read: 5 + outputs, written: 1),
            [("mlp", TapePass.Backward)] = PerItem(samples, 4 * Products(network), read: features + outputs, written: features),
            [("hash grid encode", TapePass.Backward)] =
                ScatterBothOrders(grid, samples, lit) + PerItem(samples, 0, read: 6 + features, written: 0) + PerItem(lit, 0, features, 0),
            // The norm reads the gradient before the update can begin; then p, m, v, n, g' and g are updated (g to zero).
            [(FieldStep.OptimizerLabel, TapePass.Update)] =
                PerItem(parameters, 2 + 26 + Exponential, read: 1, written: 0) + new PartFloor(0, 0, 0, Updated: 6 * Float * parameters),
        };
    }

    /// <summary>Multiply-adds of all layers for one row.</summary>
    private static double Products(MlpOptions network) => HiddenProducts(network) + ((double)network.Width * network.OutputCount);

    private static double HiddenProducts(MlpOptions network)
        => ((double)network.InputCount * network.Width) + ((network.HiddenLayers - 1d) * network.Width * network.Width);

    /// <summary>Cell and weights (6 + 15 operations), eight corners times F features, and for each feature the gradient of the blend (32).</summary>
    private static PartFloor EncodeWithJacobian(HashGridOptions grid, double samples)
        => Corners(grid, samples, 21 + (48 * grid.FeaturesPerLevel)) with { TableReads = 1 };

    /// <summary>W and, where there is a second order, κ (45 operations): eight corners times F features of each, added before the one update.</summary>
    private static PartFloor ScatterBothOrders(HashGridOptions grid, double samples, double lit)
        => (Corners(grid, samples, 21 + (16 * grid.FeaturesPerLevel)) + Corners(grid, lit, 45 + (16 * grid.FeaturesPerLevel))) with { TableUpdates = 1 };

    private static PartFloor Corners(HashGridOptions grid, double samples, double flop) => new(flop * grid.LevelCount * samples, 0, 0);

    private static PartFloor PerItem(double items, double flop, double read, double written)
        => new(flop * items, read * Float * items, written * Float * items);
}
