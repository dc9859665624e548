using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Import.Adapters.Forms;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Adapters;

/// <summary>The tensors of an adapter file that change one weight.</summary>
/// <param name="path">The file, for messages.</param>
/// <param name="target">The weight.</param>
/// <param name="module">The module's name in the file.</param>
internal sealed class LoraModule(string path, LoraTarget target, string module)
{
    private readonly Dictionary<LoraPart, TensorEntry> _parts = [];
    private AdapterForm? _form;
    private double _scale = 1;

    /// <summary>The weight that is changed.</summary>
    public LoraTarget Target => target;

    /// <summary>Names of the tensors.</summary>
    public IEnumerable<string> Keys => _parts.Values.Select(p => p.Name);

    /// <summary>Columns of the change: for a weight of the text, the width of the base that it was trained for.</summary>
    public long Columns => Form.Columns;

    private AdapterForm Form => _form ??= Whole();

    /// <summary>Adds a tensor.</summary>
    /// <exception cref="InvalidModelException">The part is there already, under another name.</exception>
    public void Add(LoraPart part, TensorEntry entry)
    {
        if (!_parts.TryAdd(part, entry))
        {
            throw new InvalidModelException(
                $"LoRA {path}: '{entry.Name}' and '{_parts[part].Name}' are both the same part of the weight '{target.Parameter}'; expected one. Merge or remove one of them.");
        }
    }

    /// <summary>Checks that the tensors are complete and make up the weight's shape.</summary>
    /// <exception cref="InvalidModelException">They do not.</exception>
    public void Check(string architecture)
    {
        bool fits = Form.Rows == target.Shape[0] && Form.Columns == target.Columns
            && (Form.Kernel.Count == 0 || Form.Kernel.SequenceEqual(target.Shape.Skip(2)) || (target.Shape.Length == 2 && Form.Kernel.All(size => size == 1)));
        if (!fits)
        {
            throw new InvalidModelException(
                $"LoRA {path}: {string.Join(", ", _parts.Values.Select(p => $"'{p.Name}' {p.Describe()}"))} do not make up [{string.Join(", ", target.Shape)}], the shape of '{target.Parameter}' in {architecture}. "
                + "It was trained for another model; take one made for this base.");
        }
    }

    /// <summary>Reads and sets α / r.</summary>
    /// <param name="read">Values of a tensor.</param>
    /// <param name="metadata">α of the file's metadata, for modules without one.</param>
    /// <exception cref="InvalidModelException">α is no finite scalar.</exception>
    public void SetScale(Func<TensorEntry, float[]> read, PeftMetadata metadata)
    {
        double? alpha = metadata.Alpha(target.Component, module);
        if (_parts.TryGetValue(LoraPart.Alpha, out TensorEntry? entry))
        {
            float[] values = entry.Length > 8 ? [] : read(entry);
            alpha = values is [float value] ? value : throw new InvalidModelException(
                $"LoRA {path}: '{entry.Name}' is {entry.Describe()}, expected one number. The file is damaged; download it again.");
        }

        // As its trainer does: α that is missing or 0 is r.
        _scale = alpha is { } a && a != 0 && Form.Rank is { } rank ? a / metadata.Divisor(target.Component, rank) : 1;
    }

    /// <summary>weight += factor · (α / r) · change.</summary>
    /// <param name="weight">Values of the weight, row-major.</param>
    /// <param name="factor">The file's weight.</param>
    /// <param name="read">Values of a tensor.</param>
    /// <exception cref="InvalidModelException">A sum is not finite.</exception>
    public void AddTo(float[] weight, double factor, Func<TensorEntry, float[]> read)
    {
        IMatrixRows change = Form.Change(part => read(_parts[part]));
        float scale = (float)(factor * _scale);
        bool[] finite = new bool[change.Rows];
        Parallel.For(
            0,
            change.Rows,
            () => new float[change.Columns],
            (row, _, values) =>
            {
                change.Row(row, values);
                Span<float> sum = weight.AsSpan(row * change.Columns, change.Columns);
                RowArithmetic.AddScaled(sum, scale, values);
                finite[row] = AdapterValues.IsFinite(sum);
                return values;
            },
            _ => { });
        if (finite.Contains(false))
        {
            throw new InvalidModelException(string.Create(
                CultureInfo.InvariantCulture,
                $"LoRA {path}: with its weight {factor} '{target.Parameter}' is no longer finite. Use a smaller weight, or download the LoRA and the checkpoint again."));
        }
    }

    private AdapterForm Whole()
    {
        try
        {
            return AdapterForm.Of(_parts);
        }
        catch (FormatException e)
        {
            throw new InvalidModelException($"LoRA {path}: module '{module}': {e.Message}. The file is incomplete or of an unknown kind; download it again.", e);
        }
    }
}
