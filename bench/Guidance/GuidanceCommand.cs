using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Bench.Guidance;

/// <summary>
/// <c>guidance [MODEL]</c>: what one call of score distillation costs with the toybox or a model folder, part by part, and how much of it is
/// spent outside ONNX Runtime. One thread, so that the parts add up, then two for the branches side by side; medians.
/// </summary>
public static class GuidanceCommand
{
    private const int WarmUp = 10;
    private const int Calls = 100;
    private const int Texts = 50;

    public static int Run(ReadOnlySpan<string> arguments)
    {
        if (arguments.Length > 1)
        {
            Console.Error.WriteLine("guidance: expected at most a model folder; usage: guidance [MODEL]");
            return 2;
        }
        ModelFolder model = ModelFolder.Open(ModelLocator.Locate(arguments.Length == 1 ? arguments[0] : ModelLocator.Toybox));
        Console.WriteLine("| part | median | share of a call |");
        Console.WriteLine("| --- | --- | --- |");
        OncePerText(model);
        EveryStep(model, threads: 1);
        EveryStep(model, threads: 2);
        return 0;
    }

    private static void OncePerText(ModelFolder model)
    {
        PromptTokenizer tokenizer = PromptTokenizer.Load(model);
        using var encoder = new TextEncoder(model);
        List<double> tokens = [], states = [];
        for (int i = 0; i < WarmUp + Texts; i++)
        {
            // A new text each time: the encoder keeps what it has encoded.
            string prompt = string.Create(CultureInfo.InvariantCulture, $"a DSLR photo of a hamburger {i}, front view");
            Add(tokens, i, Seconds(() => tokenizer.Encode(prompt)));
            Add(states, i, Seconds(() => encoder.Encode(prompt)));
        }
        Row("once for each text: tokenizer", tokens, null);
        Row("once for each text: text encoder, tokenizer included", states, null);
    }

    private static void EveryStep(ModelFolder model, int threads)
    {
        RunConfiguration configuration = new();
        var prompt = PromptEmbeddings.Compute(model, "a hamburger", "", new ViewPrompts(configuration.ViewPrompts));
        using var guidance = new ScoreDistillation(model, GuidanceOptions.From(configuration with { Threads = threads }));
        float[] image = [.. Enumerable.Range(0, guidance.ImageSize * guidance.ImageSize * 3).Select(i => 0.5f + (0.3f * MathF.Sin(i * 0.013f)))];
        float[] gradient = new float[image.Length];
        double inRuntime = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == OnnxSession.MeterName)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => inRuntime += seconds);
        listener.Start();
        List<double> whole = [], encode = [], noise = [], unet = [], backward = [], outside = [];
        for (int i = 0; i < WarmUp + Calls; i++)
        {
            inRuntime = 0;
            SdsResult result = default;
            double seconds = Seconds(() => result = guidance.Gradient(image, gradient, prompt.TextsFor(0, 15), new SdsStep(0, (uint)i, 0)));
            Add(whole, i, seconds);
            Add(encode, i, result.EncodeTime.TotalSeconds);
            Add(noise, i, result.NoiseTime.TotalSeconds);
            Add(unet, i, result.UnetTime.TotalSeconds);
            Add(backward, i, result.GradientTime.TotalSeconds);
            Add(outside, i, seconds - inRuntime);
        }
        double call = Median(whole);
        if (threads > 1)
        {
            // Side by side the branches' times add up to more than the wall's, so the parts within them are told for one thread only.
            Row($"on {threads} threads: UNet, both branches", unet, call);
            Row($"on {threads} threads: whole call", whole, call);
            return;
        }
        Row("every step: VAE encoder", encode, call);
        Row("every step: UNet, both branches", unet, call);
        Row("every step: noise and combination of the branches", noise, call);
        Row("every step: gradient through the encoder", backward, call);
        Row("every step: whole call", whole, call);
        Row("of it outside ONNX Runtime", outside, call);
    }

    private static void Add(List<double> times, int call, double seconds)
    {
        if (call >= WarmUp)
        {
            times.Add(seconds);
        }
    }

    private static double Seconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);

    private static void Row(string part, List<double> times, double? call)
    {
        string share = call is { } whole ? string.Create(CultureInfo.InvariantCulture, $"{100 * Median(times) / whole:0.0} %") : "";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {part} | {1000 * Median(times):0.000} ms | {share} |"));
    }
}
