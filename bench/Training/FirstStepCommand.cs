using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Guidance.Bound;
using DreamFusion.Pipeline.Machine;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Training;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Bench.Training;

/// <summary>
/// <c>first-step [--device cuda] [--guidance-device cuda] [--exact] [--dump DIR]</c>: the image that the first step of <c>dfk train "a hamburger"</c> shows the guidance and
/// the gradient that it gets back, on the CPU and on a device, and how far they are from each other. <c>--exact</c> forbids TF32; <c>--dump</c> keeps both as float32.
/// </summary>
public static class FirstStepCommand
{
    public static int Run(ReadOnlySpan<string> arguments)
    {
        string device = "cuda";
        string? guidanceDevice = null;
        string? folder = null;
        bool isExact = false;
        for (int i = 0; i < arguments.Length; i++)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--exact": isExact = true; break;
                case "--device" when value is not null: device = value; i++; break;
                case "--guidance-device" when value is not null: guidanceDevice = value; i++; break;
                case "--dump" when value is not null: folder = value; i++; break;
                default:
                    Console.Error.WriteLine($"first-step: {arguments[i]} is no option or lacks its value; usage: first-step [--device cuda] [--guidance-device cuda] [--exact] [--dump DIR]");
                    return 2;
            }
        }

        try
        {
            DeviceSelection.RequireExisting(device);
            (float[] image, float[] gradient) = Step("cpu", "cpu", isExact);
            (float[] otherImage, float[] otherGradient) = Step(device, guidanceDevice ?? "auto", isExact);
            Dump(folder, "cpu", image, gradient);
            Dump(folder, "device", otherImage, otherGradient);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"device\":\"{device}\",\"exact\":{(isExact ? "true" : "false")},\"image_relative\":{Relative(image, otherImage):g6},\"gradient_relative\":{Relative(gradient, otherGradient):g6},\"gradient_cosine\":{Cosine(gradient, otherGradient):f8}}}"));
            return 0;
        }
        catch (DfkException exception)
        {
            Console.Error.WriteLine("first-step: " + exception.Message);
            return (int)exception.ExitCode;
        }
    }

    private static (float[] Image, float[] Gradient) Step(string device, string guidanceDevice, bool isExact)
    {
        RunConfiguration configuration = new ConfigurationSources
        {
            Overrides = [new("first-step", "prompt", "a hamburger"), new("first-step", "device", device), new("first-step", "guidance.device", guidanceDevice)],
        }.Resolve();
        (GuidanceDevice where, string? note) = GuidanceDevice.Select(configuration);
        where = where with { IsExact = isExact };
        if (note is not null)
        {
            Console.Error.WriteLine("first-step: " + note);
        }

        ModelFolder model = ModelFolder.Open(ModelLocator.Locate(configuration.Model));
        var prompt = PromptEmbeddings.Compute(model, configuration.Prompt, "", new ViewPrompts(configuration.ViewPrompts, configuration.ViewChoice), configuration.Guidance);
        // Exact: the kernels of the CPU, rounding as there; else what dfk train runs on the device.
        using DeviceContext kernels = DeviceSelection.Open(device, 1, isExact || DeviceSelection.CudaIndex(device) is null ? KernelChoice.Portable : KernelChoice.Tuned);
        using GuidanceMemory? memory = GuidanceMemory.Shared(kernels, where);
        using var distillation = new ScoreDistillation(model, GuidanceOptions.From(configuration, where), null, memory);
        using var guidance = new Recorder(distillation);
        using var trainer = new Trainer(configuration, kernels, guidance, prompt);
        trainer.Advance();
        return (guidance.Image, guidance.DLdImage);
    }

    private static void Dump(string? folder, string name, float[] image, float[] gradient)
    {
        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(Path.Combine(folder, $"image-{name}.f32"), MemoryMarshal.AsBytes<float>(image));
            File.WriteAllBytes(Path.Combine(folder, $"gradient-{name}.f32"), MemoryMarshal.AsBytes<float>(gradient));
        }
    }

    // |a - b| / |a|
    private static double Relative(float[] expected, float[] got)
    {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            difference += Math.Pow((double)expected[i] - got[i], 2);
            norm += (double)expected[i] * expected[i];
        }

        return Math.Sqrt(difference / norm);
    }

    private static double Cosine(float[] a, float[] b)
    {
        (double dot, double first, double second) = (0, 0, 0);
        for (int i = 0; i < a.Length; i++)
        {
            dot += (double)a[i] * b[i];
            first += (double)a[i] * a[i];
            second += (double)b[i] * b[i];
        }

        return dot / Math.Sqrt(first * second);
    }

    /// <summary>A guidance that keeps what it was shown and what it answered, by whichever way it was asked.</summary>
    private sealed class Recorder(ScoreDistillation inner) : IBoundGuidance
    {
        public float[] Image { get; private set; } = [];

        public float[] DLdImage { get; private set; } = [];

        public int ImageSize => inner.ImageSize;

        public int TermCount => ((IGuidance)inner).TermCount;

        public IReadOnlyList<string> Notes => inner.Notes;

        public bool SharesMemory => inner.SharesMemory;

        public GuidanceReport Gradient(ReadOnlySpan<float> image, Span<float> dLdImage, GuidanceTexts texts, SdsStep draw)
        {
            GuidanceReport report = ((IGuidance)inner).Gradient(image, dLdImage, texts, draw);
            Image = image.ToArray();
            DLdImage = dLdImage.ToArray();
            return report;
        }

        public GuidanceReport BoundGradient(ArrayView<float> image, ArrayView<float> dLdImage, float weight, GuidanceTexts texts, SdsStep draw)
        {
            GuidanceReport report = inner.BoundGradient(image, dLdImage, weight, texts, draw);
            Image = new float[image.Length];
            DLdImage = new float[image.Length];
            image.CopyToCPU(Image);
            dLdImage.CopyToCPU(DLdImage);
            for (int i = 0; i < DLdImage.Length; i++)
            {
                DLdImage[i] /= weight;
            }

            return report;
        }

        public OpacitySums BoundOpacity(ArrayView<float> opacity, int width, int height) => inner.BoundOpacity(opacity, width, height);

        public void Dispose()
        {
            // The guidance belongs to who made it.
        }
    }
}
