using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Losses;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Training;

/// <summary>
/// The loss terms beside the distillation: on the opacity of rays, on the weights of samples, on normals and on the features. Each is a
/// mean; because the distillation is a sum over latents, the weights are scaled by their number unless the configuration says otherwise.
/// </summary>
public sealed class Regularizers
{
    // Distance of the points whose normals are compared, as stable-dreamfusion draws them, world units.
    private const float ShiftDeviation = 1e-2f;

    // The cross-entropy of a probability with itself is its entropy, here in nats instead of bits.
    private const float NatsPerBit = 0.693147181f;

    private readonly RunConfiguration _configuration;
    private readonly float _perView;
    private float _scale;
    private readonly List<(string Name, float Weight, ArrayView<float> Value)> _terms = [];
    private readonly float[] _value = new float[1];

    /// <summary>The terms of a configuration.</summary>
    /// <param name="configuration">The run's configuration.</param>
    /// <param name="latentCount">Number of latents of one view, channels times height times width.</param>
    public Regularizers(RunConfiguration configuration, int latentCount)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _configuration = configuration;
        _perView = configuration.Loss.ScaleByLatents ? latentCount : 1f;
    }

    /// <summary>Adds every term with a weight to the tape, in a batch by the view's share.</summary>
    /// <param name="tape">The tape of the view.</param>
    /// <param name="renderer">What rendered the view.</param>
    /// <param name="view">The rendered view, of the configuration's training size.</param>
    /// <param name="step">Step, from 0.</param>
    /// <param name="index">Index of the view within the step.</param>
    /// <param name="foregroundCount">Rays with an opacity above 0, if it is known already; null to count them on the host.</param>
    public void Add(Tape tape, Renderer renderer, RenderedView view, int step, int index = 0, int? foregroundCount = null)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(renderer);
        ArgumentNullException.ThrowIfNull(view);
        LossConfiguration loss = _configuration.Loss;
        // A batch is the mean of its views, each of which adds its terms.
        _scale = _perView / _configuration.Data.Train.SizeAt(step).BatchSize;
        _terms.Clear();
        AddOpacityTerms(tape, view, loss, step);
        if (view.Normals is { } normals)
        {
            AddNormalTerms(tape, renderer, view, normals, (step, index), foregroundCount);
        }
        if (loss.DepthVariance.At(step) is > 0f and var variance)
        {
            Keep("z_variance", variance, weight => tape.ZVarianceLoss(view.Samples, view.Weights, weight).Value);
        }
        if (loss.TotalVariation.At(step) is > 0f and var totalVariation && renderer.Field.Grid is { } grid)
        {
            Keep("tv", totalVariation, weight => tape.TableTotalVariation(grid.Layout.Options, grid.Table, weight));
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

    private void AddOpacityTerms(Tape tape, RenderedView view, LossConfiguration loss, int step)
    {
        if (loss.Opacity.At(step) is > 0f and var opacity)
        {
            Keep("opacity", opacity, weight => loss.OpacityForm switch
            {
                OpacityForm.Root => tape.OpacityLoss<RootOpacity>(view.Opacity, weight).Value,
                OpacityForm.Square => tape.OpacityLoss<SquareOpacity>(view.Opacity, weight).Value,
                _ => throw new InvalidOperationException($"Unknown opacity penalty {loss.OpacityForm}."),
            });
        }
        if (loss.Opaque.At(step) is > 0f and var opaque)
        {
            Keep("opaque", opaque * NatsPerBit, weight => tape.EntropyLoss(view.Opacity, EntropyLossKernels.OpacityEpsilon, weight).Value);
        }
        float entropy = loss.Entropy.At(step) * Ramp(step);
        if (entropy > 0f)
        {
            Keep("entropy", entropy, weight => loss.EntropyOf switch
            {
                EntropyOf.Rays => tape.EntropyLoss(view.Opacity, EntropyLossKernels.OpacityEpsilon, weight).Value,
                EntropyOf.Weights => tape.EntropyLoss(view.Weights, EntropyLossKernels.WeightEpsilon, weight).Value,
                _ => throw new InvalidOperationException($"Unknown entropy of {loss.EntropyOf}."),
            });
        }
    }

    private void AddNormalTerms(Tape tape, Renderer renderer, RenderedView view, Variable normals, (int Step, int Index) of, int? foregroundCount)
    {
        (int step, int index) = of;
        LossConfiguration loss = _configuration.Loss;
        if (loss.Orientation.At(step) is > 0f and var orientation)
        {
            int count = loss.OrientationOver switch
            {
                OrientationOver.Rays => view.Rays.Count,
                OrientationOver.Samples => view.Samples.Count,
                OrientationOver.Foreground => foregroundCount ?? ForegroundCount(view.Opacity),
                _ => throw new InvalidOperationException($"Unknown divisor {loss.OrientationOver}."),
            };
            // Without a ray that is hit every weight is 0, and so is the sum.
            Keep("orientation", orientation, weight =>
                tape.OrientationLoss(view.Samples, view.Rays, view.Weights, normals, Math.Max(1, count), weight).Value);
        }
        if (loss.ImageNormalSmoothness.At(step) is > 0f and var image && view.NormalImage is { } normalImage)
        {
            TrainSize size = _configuration.Data.Train.SizeAt(step);
            Keep("2d_normal_smooth", image, weight => tape.ImageNormalSmoothness(normalImage, size.Width, size.Height, weight).Value);
        }
        if (loss.SpaceNormalSmoothness.At(step) is > 0f and var space)
        {
            ArrayView<Float3> shifted = Shifted(tape, view.Samples.Positions, step, index);
            Variable others = renderer.Evaluate(tape, shifted, withNormals: true).Normals!;
            Keep("3d_normal_smooth", space, weight => tape.SpaceNormalSmoothness(normals, others, weight).Value);
        }
    }

    // x + 0.01 N(0, I)
    private ArrayView<Float3> Shifted(Tape tape, ArrayView<Float3> positions, int step, int index)
    {
        ArrayView<Float3> shifted = tape.Scratch<Float3>(positions.Length);
        ArrayView<float> noise = tape.Scratch<float>(3 * positions.Length);
        if (positions.Length > 0)
        {
            shifted.CopyFrom(positions);
            var key = new RandomKey(_configuration.Seed, (uint)step, RandomPurpose.OfView(RandomPurpose.NormalShift, index));
            tape.Device.Kernels<RandomDraws>().Normal(key, lane: 0, noise);
            tape.Device.Kernels<Accumulate>().Add(shifted.Cast<float>(), noise, ShiftDeviation);
        }
        return shifted;
    }

    private static int ForegroundCount(Variable opacity)
    {
        float[] values = new float[opacity.Length];
        opacity.Value.CopyToCPU(values);
        return values.Count(value => value > 0f);
    }

    private void Keep(string name, float weight, Func<float, ArrayView<float>> add) => _terms.Add((name, weight, add(weight * _scale)));

    private float Ramp(int step)
    {
        float ramp = _configuration.Loss.EntropyRamp;
        return ramp == 0f ? 1f : MathF.Min(1f, (float)step / _configuration.Iters / ramp);
    }
}
