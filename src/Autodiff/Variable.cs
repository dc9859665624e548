using System;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Autodiff;

/// <summary>
/// A matrix of device floats [Rows, Columns], row-major, with a gradient of the same shape.
/// Backward kernels accumulate into the gradient (<c>+=</c>); it is zeroed when it is first asked for.
/// </summary>
public sealed class Variable
{
    private readonly Func<ArrayView<float>>? _allocateGradient;
    private ArrayView<float> _gradient;
    private bool _hasGradient;

    internal Variable(int rows, int columns, ArrayView<float> value, Func<ArrayView<float>>? allocateGradient)
    {
        Rows = rows;
        Columns = columns;
        Value = value;
        _allocateGradient = allocateGradient;
    }

    /// <summary>A variable over memory that the caller owns, with a gradient that the caller zeroes (parameters).</summary>
    /// <param name="value">Values, at least rows·columns long.</param>
    /// <param name="gradient">Gradient, as long as the values; accumulated into.</param>
    /// <param name="rows">Rows, at least 0.</param>
    /// <param name="columns">Columns, at least 1.</param>
    public Variable(ArrayView<float> value, ArrayView<float> gradient, int rows, int columns)
        : this(rows, columns, value, null)
    {
        if (value.Length < (long)rows * columns || gradient.Length < (long)rows * columns)
        {
            throw new ArgumentException($"Variable [{rows}, {columns}] needs {(long)rows * columns} values and gradients, got {value.Length} and {gradient.Length}.");
        }
        _gradient = gradient;
        _hasGradient = true;
        RequiresGradient = true;
    }

    /// <summary>Number of rows, one per sample, ray or parameter row.</summary>
    public int Rows { get; }

    /// <summary>Number of columns.</summary>
    public int Columns { get; }

    /// <summary>Rows times columns.</summary>
    public long Length => (long)Rows * Columns;

    /// <summary>The values, row-major.</summary>
    public ArrayView<float> Value { get; }

    /// <summary>Whether a gradient flows into this variable.</summary>
    public bool RequiresGradient { get; internal init; }

    /// <summary>Whether a gradient buffer exists already.</summary>
    public bool HasGradient => _hasGradient;

    /// <summary>dL/dvalue, row-major; zeroed when first asked for, accumulated into afterwards.</summary>
    /// <exception cref="InvalidOperationException">The variable does not require a gradient.</exception>
    public ArrayView<float> Gradient
    {
        get
        {
            if (!_hasGradient)
            {
                if (!RequiresGradient || _allocateGradient is null)
                {
                    throw new InvalidOperationException($"This variable [{Rows}, {Columns}] does not require a gradient; ask for it when it is allocated.");
                }
                _gradient = _allocateGradient();
                _gradient.MemSetToZero();
                _hasGradient = true;
            }
            return _gradient;
        }
    }

    /// <summary>Takes memory that already holds dL/dvalue, or part of it, as the gradient; nobody may have asked for it before.</summary>
    internal void UseGradient(ArrayView<float> gradient)
    {
        if (_hasGradient)
        {
            throw new InvalidOperationException($"This variable [{Rows}, {Columns}] already has a gradient; a checkpointed segment must not inject one into its outputs.");
        }
        _gradient = gradient;
        _hasGradient = true;
    }

    /// <summary>The values as elements of <typeparamref name="T"/> (for example one Float3 per row of three columns).</summary>
    public ArrayView<T> ValueAs<T>()
        where T : unmanaged => Value.Cast<T>();

    /// <summary>The gradient as elements of <typeparamref name="T"/>.</summary>
    public ArrayView<T> GradientAs<T>()
        where T : unmanaged => Gradient.Cast<T>();
}
