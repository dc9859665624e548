using System;
using System.Collections.Generic;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Autodiff;

/// <summary>
/// Every trainable parameter in one flat buffer, with a gradient buffer of the same layout, so that the optimiser is one
/// launch and a checkpoint one tensor per group. Groups start at multiples of 8 floats (one 32-byte sector).
/// </summary>
public sealed class ParameterArena : IDisposable
{
    private const int Alignment = 8;

    private readonly MemoryBuffer1D<float, Stride1D.Dense> _values;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _gradients;
    private readonly Dictionary<string, ParameterGroup> _byName = [];

    /// <summary>Allocates the arena; values and gradients start at zero.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="shapes">Shape of each group, in order.</param>
    public ParameterArena(Accelerator accelerator, IReadOnlyList<ParameterShape> shapes)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        ArgumentNullException.ThrowIfNull(shapes);
        long offset = 0;
        var groups = new List<ParameterGroup>();
        foreach (ParameterShape shape in shapes)
        {
            groups.Add(new ParameterGroup(shape, offset));
            offset += (((long)shape.Rows * shape.Columns) + Alignment - 1) / Alignment * Alignment;
        }
        _values = accelerator.Allocate1D<float>(offset);
        _gradients = accelerator.Allocate1D<float>(offset);
        _values.MemSetToZero();
        _gradients.MemSetToZero();
        Groups = groups;
        foreach (ParameterGroup group in groups)
        {
            group.Bind(Values, Gradients);
            _byName.Add(group.Name, group);
        }
    }

    /// <summary>The groups in order of their offsets.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>All values, padding included.</summary>
    public ArrayView<float> Values => _values.View.BaseView;

    /// <summary>All gradients, padding included; the optimiser zeroes them after use.</summary>
    public ArrayView<float> Gradients => _gradients.View.BaseView;

    /// <summary>Floats in the arena, padding included.</summary>
    public long Length => _values.Length;

    /// <summary>The group of that name.</summary>
    public ParameterGroup this[string name] => _byName[name];

    /// <inheritdoc/>
    public void Dispose()
    {
        _values.Dispose();
        _gradients.Dispose();
    }
}

/// <summary>A named slice of a <see cref="ParameterArena"/>.</summary>
public sealed class ParameterGroup
{
    private Variable? _variable;

    internal ParameterGroup(ParameterShape shape, long offset)
    {
        Shape = shape;
        Offset = offset;
    }

    /// <summary>Name, rows, columns, role and matrices.</summary>
    public ParameterShape Shape { get; }

    /// <summary>Name, also the tensor's name in a checkpoint.</summary>
    public string Name => Shape.Name;

    /// <summary>First float in the arena.</summary>
    public long Offset { get; }

    /// <summary>Rows of the parameter matrix.</summary>
    public int Rows => Shape.Rows;

    /// <summary>Columns of the parameter matrix.</summary>
    public int Columns => Shape.Columns;

    /// <summary>Rows times columns.</summary>
    public long Length => (long)Rows * Columns;

    /// <summary>The parameters as a tape variable whose gradient is the arena's.</summary>
    public Variable Variable => _variable!;

    internal void Bind(ArrayView<float> values, ArrayView<float> gradients) =>
        _variable = new Variable(values.SubView(Offset, Length), gradients.SubView(Offset, Length), Rows, Columns);
}
