using System;
using System.Collections.Generic;
using DreamFusion.Pipeline.Checkpoints;

namespace DreamFusion.Pipeline.Import.Adapters.Forms;

/// <summary>LoRA and LoCon: up · down, perhaps with a core (<c>lora_mid</c>).</summary>
/// <param name="parts">The module's tensors.</param>
internal sealed class LowRankForm(IReadOnlyDictionary<LoraPart, TensorEntry> parts) : AdapterForm
{
    private readonly FactorPair _factors = new(parts, LoraPart.Up, LoraPart.Down, LoraPart.Mid, transposedWithCore: false);

    /// <inheritdoc/>
    public override long Rows => _factors.Rows;

    /// <inheritdoc/>
    public override long Columns => _factors.Columns;

    /// <inheritdoc/>
    public override IReadOnlyList<long> Kernel => _factors.Kernel;

    /// <inheritdoc/>
    public override long? Rank => _factors.Rank;

    /// <inheritdoc/>
    public override IMatrixRows Change(Func<LoraPart, float[]> read) => _factors.Read(read);
}
