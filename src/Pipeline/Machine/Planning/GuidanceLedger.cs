using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Machine.Planning;

/// <summary>
/// What ONNX Runtime's sessions of a model folder take: weights from the files, activations from the sizes that dominate them. Those are, of the
/// UNet, the attention scores of its finest level, [heads, tokens, tokens] for each text; of the VAE encoder, images of its first level's channels,
/// counted in units U = C0·S²: what its differentiated graph keeps, and what is alive beside that. The factors are those of a folder of Stable
/// Diffusion 1.5's size on the CPU (docs/benchmarks.md); the embedded prior's sessions are small beside everything else.
/// </summary>
internal sealed class GuidanceLedger
{
    // Scores and their softmax: 2.13 GB for two texts with scores of 537 MB each.
    private const double ScoreCopies = 2;

    // 28 values of 1,065 MB for U = 134 MB.
    private const double KeptImages = 8;

    // Beside them in the backward pass, 2.9 GB: the patches of a 3x3 convolution, unfolded, and what goes in, out and waits.
    private const double TransientImages = 21.5;

    // cuDNN needs no unfolded patches.
    private const double UnfoldedImages = 9;

    // The forward graph's weights, the backward graph's, and ONNX Runtime's packed copies of them.
    private const double CopiesOfEncoder = 2.5;

    // A graph in one file is read, parsed and copied.
    private const double CopiesWhileLoading = 2;

    // The collector keeps some of the heap, and ONNX Runtime the graphs' own structures.
    private const double LeftOfGraphs = 0.5;

    private const int DefaultHeads = 8;
    private const int DefaultChannels = 128;
    private const int UnetChannels = 320;
    private const int SmallestHead = 32;
    private const int LargeImage = 256;

    private readonly ModelFolder _model;
    private readonly RunConfiguration _configuration;

    /// <summary>The sessions of a run.</summary>
    public GuidanceLedger(ModelFolder model, RunConfiguration configuration)
    {
        _model = model;
        _configuration = configuration;
        TextBytes = FileBytes(model.TextEncoder);
        UnetBytes = FileBytes(model.Unet);
        EncoderBytes = UsesEncoder ? FileBytes(model.VaeEncoder) : 0;
        DecoderBytes = model.Kind == ModelKind.LatentSpace && configuration.Task == TrainingTask.Pictures ? FileBytes(model.VaeDecoder) : 0;
        JudgeBytes = model.Clip is { } clip ? FileBytes(clip.ImageEncoder) + FileBytes(clip.TextEncoder) : 0;
    }

    /// <summary>Files of the text encoder.</summary>
    public long TextBytes { get; }

    /// <summary>Files of the UNet.</summary>
    public long UnetBytes { get; }

    /// <summary>Files of the VAE encoder, 0 if the run does not use it.</summary>
    public long EncoderBytes { get; }

    /// <summary>Files of the VAE decoder, which only painting loads; else 0.</summary>
    public long DecoderBytes { get; }

    /// <summary>Files of the judge, 0 if the folder has none.</summary>
    public long JudgeBytes { get; }

    /// <summary>Texts of a step: conditional and unconditional, one of the negative prompt where noise-free guidance asks for it, two more for Perp-Neg.</summary>
    public int TextCount => 2 + (_configuration.Guidance.PerpNeg == PerpNegKind.None ? 0 : 2) + (_configuration.Guidance.Method == SdsMethod.Sds ? 0 : 1);

    /// <summary>Reading the folder and encoding the texts, on the host.</summary>
    public IEnumerable<PlanPart> Start()
    {
        yield return new PlanPart("graphs as they are read", GraphBytes);
        yield return new PlanPart("text encoder", (long)(CopiesWhileLoading * TextBytes));
    }

    /// <summary>A training step on the host: weights of UNet and encoder, and the larger of their activations, or the sum where sessions keep them.</summary>
    /// <param name="threads">CPU threads of the run, which decide how many texts go through the UNet side by side.</param>
    public IEnumerable<PlanPart> Step(int threads)
    {
        foreach (PlanPart part in Weights())
        {
            yield return part;
        }
        int branches = threads >= 2 * _configuration.Guidance.Threads ? Math.Min(TextCount, threads / Math.Max(1, _configuration.Guidance.Threads)) : 1;
        long unet = (long)(branches * ScoreCopies * ScoreElements * sizeof(float));
        long kept = (long)(KeptImages * ImageElements * sizeof(float));
        long encoder = (long)(TransientImages * ImageElements * sizeof(float));
        bool keepsMemory = _model.ImageSize < LargeImage;
        if (UsesEncoder)
        {
            yield return new PlanPart("activations kept for the encoder's gradient", kept);
        }
        yield return keepsMemory || !UsesEncoder
            ? new PlanPart("activations of UNet and encoder", unet + encoder)
            : unet > encoder ? new PlanPart($"activations of the UNet, {branches} {(branches == 1 ? "text" : "texts")} at once", unet)
            : new PlanPart("activations of the VAE encoder", encoder);
    }

    /// <summary>Weights that stay loaded from the first step to the end of the run, on the host.</summary>
    public IEnumerable<PlanPart> Weights()
    {
        yield return new PlanPart("UNet", UnetBytes);
        if (UsesEncoder)
        {
            yield return new PlanPart("VAE encoder and its gradient", (long)(CopiesOfEncoder * EncoderBytes));
        }
        if (DecoderBytes > 0)
        {
            yield return new PlanPart("VAE decoder", DecoderBytes);
        }
        yield return new PlanPart("what reading the graphs leaves behind", (long)(LeftOfGraphs * GraphBytes));
    }

    private long GraphBytes => InlineBytes(_model.TextEncoder) + InlineBytes(_model.Unet)
        + (UsesEncoder ? InlineBytes(_model.VaeEncoder) : 0) + (_model.Kind == ModelKind.LatentSpace ? InlineBytes(_model.VaeDecoder) : 0);

    /// <summary>
    /// A training step on a CUDA card: ONNX Runtime keeps each session's memory there, so activations add up. Computed, never measured.
    /// </summary>
    /// <param name="isHalf">Whether the graphs are float16 ones of the same networks; else as they are in the folder.</param>
    public IEnumerable<PlanPart> OnCard(bool isHalf)
    {
        bool folderIsHalf = IsHalf(_model.Unet);
        double weights = isHalf && !folderIsHalf ? 0.5 : 1;
        int width = isHalf || folderIsHalf ? sizeof(float) / 2 : sizeof(float);
        yield return new PlanPart("UNet", (long)(weights * UnetBytes));
        yield return new PlanPart($"activations of the UNet, {TextCount} texts in one call", (long)(TextCount * ScoreCopies * ScoreElements * width));
        if (UsesEncoder)
        {
            yield return new PlanPart("VAE encoder and its gradient", (long)(2 * weights * EncoderBytes));
            yield return new PlanPart("activations of encoder and gradient", (long)((KeptImages + TransientImages - UnfoldedImages) * ImageElements * width));
        }
    }

    private bool UsesEncoder => _model.Kind == ModelKind.LatentSpace && _configuration.Guidance.Encoder == EncoderMode.Vae;

    // Elements of the finest attention scores of one text. Exporters flatten the levels' heads to one number or a list from the finest level on.
    private double ScoreElements
    {
        get
        {
            double tokens = (double)_model.LatentSize * _model.LatentSize;
            return Heads() * tokens * tokens;
        }
    }

    // Elements of the VAE encoder's first level.
    private double ImageElements => UsesEncoder ? (double)First(_model.VaeEncoder, "block_out_channels", DefaultChannels) * _model.ImageSize * _model.ImageSize : 0;

    // diffusers calls the number of heads attention_head_dim, and other models mean what the name says; a head has at least 32 channels.
    private int Heads() => Math.Min(First(_model.Unet, "attention_head_dim", DefaultHeads), Math.Max(1, First(_model.Unet, "block_out_channels", UnetChannels) / SmallestHead));

    private static int First(ModelPart part, string key, int absent)
    {
        if (!part.Config.Has(key))
        {
            return absent;
        }
        JsonElement value = part.Config.Root.GetProperty(key);
        JsonElement number = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 ? value[0] : value;
        return number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out int found) && found > 0 ? found : absent;
    }

    private static bool IsHalf(ModelPart part) => part.Signature.Inputs.Any(input => input.Element == TensorElement.Float16);

    private static long InlineBytes(ModelPart part) => new FileInfo(part.ModelPath).Length;

    private static long FileBytes(ModelPart part) => InlineBytes(part) + part.Facts.ExternalFiles.Sum(path => new FileInfo(path).Length);
}
