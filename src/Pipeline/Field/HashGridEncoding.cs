using System;
using System.Collections.Generic;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Field;

/// <summary>A feature table and the levels of it that are in use.</summary>
internal sealed class HashGridEncoding : IPositionEncoding
{
    private const uint InitialisationLane = 0;

    // A share k / L is not exact in a float; what it exceeds k by must not switch a level on.
    private const double Rounding = 1e-3;

    private readonly HashGridEncodingOptions _options;
    private ParameterGroup? _table;

    public HashGridEncoding(HashGridEncodingOptions options)
    {
        _options = options;
        Layout = new HashGridLayout(options.Grid);
        MaxLevel = options.MaxLevel;
    }

    /// <summary>Sizes of the levels.</summary>
    public HashGridLayout Layout { get; }

    /// <summary>The feature table [entries, F].</summary>
    public Variable Table => _table!.Variable;

    /// <summary>Share of the levels in use, above 0 to 1.</summary>
    public float MaxLevel { get; set; }

    /// <summary>Levels in use: the share rounded up, at least 1 (torch-ngp's gridencoder; tiny-cuda-nn has one more where the product is whole).</summary>
    public int ActiveLevels => Math.Clamp((int)Math.Ceiling(((double)MaxLevel * _options.Grid.LevelCount) - Rounding), 1, _options.Grid.LevelCount);

    /// <inheritdoc/>
    public IReadOnlyList<ParameterShape> Shapes =>
        [new(RadianceField.TableName, Layout.EntryCount, _options.Grid.FeaturesPerLevel, ParameterRole.Encoder)];

    /// <inheritdoc/>
    public IReadOnlyList<Variable> Parameters => [Table];

    /// <inheritdoc/>
    public bool KeepsDerivative => _options.KeepsJacobian;

    /// <inheritdoc/>
    public int DerivativeBytes => _options.KeepsJacobian ? 3 * sizeof(float) * _options.FeatureCount : 0;

    /// <inheritdoc/>
    public void Bind(ParameterArena arena) => _table = arena[RadianceField.TableName];

    /// <inheritdoc/>
    public void Initialise(RandomKey key)
    {
        float[] table = new float[Table.Length];
        for (int i = 0; i < table.Length; i++)
        {
            table[i] = ((2f * CounterRandom.Uniform(key, (uint)i, InitialisationLane)) - 1f) * _options.InitialFeature;
        }
        Table.Value.CopyFromCPU(table);
    }

    /// <inheritdoc/>
    public Variable Encode(Tape tape, Variable positions) => tape.HashGridEncode(_options.Grid, Table, positions, ActiveLevels);

    /// <inheritdoc/>
    public EncodedPositions EncodeDifferentiably(Tape tape, Variable positions)
    {
        int levels = ActiveLevels;
        if (!_options.KeepsJacobian)
        {
            return new EncodedPositions(
                tape.HashGridEncode(_options.Grid, Table, positions, levels),
                cotangent => tape.HashGridPositionGradient(_options.Grid, Table, positions, cotangent, levels));
        }
        Variable features = tape.HashGridEncode(_options.Grid, Table, positions, out HashGridJacobian jacobian, levels);
        return new EncodedPositions(features, cotangent => tape.HashGridPositionGradient(jacobian, cotangent));
    }
}
