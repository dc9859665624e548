using System;
using DreamFusion.Kernels.Encode;
using ILGPU;

namespace DreamFusion.Autodiff.Ops;

/// <summary>J = dy/dx of a hash grid's features, kept by an encoding on a tape; see <see cref="HashGridOps"/>. It lives as long as the tape.</summary>
public sealed class HashGridJacobian
{
    internal HashGridJacobian(HashGridOptions options, IHashGrid grid, ArrayView<float> values, int rows, bool requiresGradient)
    {
        Options = options;
        Grid = grid;
        Values = values;
        Rows = rows;
        RequiresGradient = requiresGradient;
    }

    /// <summary>J [M, 3, L·F], per unit of x.</summary>
    public ArrayView<float> Values { get; }

    /// <summary>Samples M.</summary>
    public int Rows { get; }

    internal HashGridOptions Options { get; }

    internal IHashGrid Grid { get; }

    /// <summary>Whether the table takes a gradient.</summary>
    internal bool RequiresGradient { get; }

    /// <summary>u of the product, once there is one.</summary>
    internal Variable? Cotangent { get; private set; }

    /// <summary>ν = Jᵀu, once there is one.</summary>
    internal Variable? Product { get; private set; }

    internal void Take(Variable cotangent, Variable product)
    {
        if (Product is not null)
        {
            throw new InvalidOperationException("HashGrid: this Jacobian has been multiplied already; encode again, or use HashGridPositionGradient with the table.");
        }

        Cotangent = cotangent;
        Product = product;
    }
}
