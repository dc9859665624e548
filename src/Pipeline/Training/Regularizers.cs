using System;
using System.Collections.Generic;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Losses;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Training;

/// <summary>
/// The loss terms beside the distillation: opacity, entropy of the opacity, orientation, total variation of the features.
/// Each is a mean; because the distillation is a sum over latents, the weights are scaled by their number unless the
/// configuration says otherwise.
/// </summary>
public sealed class Regularizers
{
    private const float OpacityClamp = 1e-3f;

    private readonly RunConfiguration _configuration;
    private readonly float _scale;
    private readonly List<(string Name, float Weight, ArrayView<float> Value)> _terms = [];
    private readonly float[] _value = new float[1];

    /// <summary>The terms of a configuration.</summary>
    /// <param name="configuration">The run's configuration.</param>
    /// <param name="latentCount">Number of latents of one view, channels times height times width.</param>
    public Regularizers(RunConfiguration configuration, int latentCount)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _configuration = configuration;
        // A batch is the mean of its views, each of which adds its terms.
        _scale = (configuration.Loss.ScaleByLatents ? latentCount : 1f) / configuration.Data.Train.BatchSize;
    }

    /// <summary>Adds every term with a weight to the tape, in a batch by the view's share.</summary>
    /// <param name="tape">The tape of the view.</param>
    /// <param name="field">The field.</param>
    /// <param name="view">The rendered view.</param>
    /// <param name="step">Step, from 0.</param>
    public void Add(Tape tape, RadianceField field, RenderedView view, int step)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(view);
        LossConfiguration loss = _configuration.Loss;
        _terms.Clear();
        if (loss.Opacity.At(step) is > 0f and var opacity)
        {
            Keep("opacity", opacity, weight => tape.OpacityLoss<RootOpacity>(view.Opacity, weight).Value);
        }
        float entropy = loss.Entropy.At(step) * Ramp(step);
        if (entropy > 0f)
        {
            Keep("entropy", entropy, weight => tape.EntropyLoss(view.Opacity, OpacityClamp, weight).Value);
        }
        if (loss.Orientation.At(step) is > 0f and var orientation && view.Normals is { } normals)
        {
            Keep("orientation", orientation, weight =>
                tape.OrientationLoss(view.Samples, view.Rays, view.Weights, normals, view.Rays.Count, weight).Value);
        }
        if (loss.TotalVariation.At(step) is > 0f and var totalVariation)
        {
            Keep("tv", totalVariation, weight => tape.TableTotalVariation(field.Options.Grid, field.Table, weight));
        }
    }

    /// <summary>The weighted value of each term of the last step, to be read after the tape has run backward.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> ReadValues()
    {
        var values = new KeyValuePair<string, double>[_terms.Count];
        for (int i = 0; i < values.Length; i++)
        {
            (string name, float weight, ArrayView<float> value) = _terms[i];
            value.SubView(0, 1).CopyToCPU(_value);
            values[i] = new KeyValuePair<string, double>(name, weight * (double)_value[0]);
        }
        return values;
    }

    private void Keep(string name, float weight, Func<float, ArrayView<float>> add) => _terms.Add((name, weight, add(weight * _scale)));

    private float Ramp(int step)
    {
        float ramp = _configuration.Loss.EntropyRamp;
        return ramp == 0f ? 1f : MathF.Min(1f, (float)step / _configuration.Iters / ramp);
    }
}
