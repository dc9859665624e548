using System;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.IO;
using System.Linq;
using System.Threading;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Tests.Models;
using DreamFusion.Pipeline.Tests.Training;
using DreamFusion.Pipeline.Training;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Guidance;

/// <summary>Which graphs hold their weights at which moment of a run, told by ONNX Runtime sessions as they come and go.</summary>
public sealed class SessionLifetimeTests
{
    [Fact]
    public void TheTextEncoderIsReleasedBeforeAnythingElseIsLoaded()
    {
        using ToyboxCopy copy = new();
        using TemporaryFolder folder = new();
        List<(int Change, string Graph)> events = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == OnnxSession.SessionsName)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((_, change, tags, _) =>
        {
            // Other tests load other folders meanwhile.
            if (tags[0].Value is string graph && graph.StartsWith(copy.Path, StringComparison.Ordinal))
            {
                lock (events)
                {
                    events.Add((change, Path.GetRelativePath(copy.Path, graph)));
                }
            }
        });
        listener.Start();
        RunConfiguration configuration = PresetCatalogue.Get("toybox") with { Prompt = "a hamburger", Model = copy.Path, Iters = 1, ExportVideo = false, ExportMesh = false };
        configuration = configuration with { Data = configuration.Data with { Test = new ViewDataConfiguration { Size = 1, Width = 16, Height = 16 } } };
        TrainingSession.Run(configuration, new TrainingRequest { OutputFolder = folder.File("run") }, new SilentObserver(), CancellationToken.None);

        string text = Path.Combine("text_encoder", "model.onnx");
        Assert.Equal((1, text), events[0]);
        int released = events.IndexOf((-1, text));
        // Folding asks ONNX Runtime about single nodes; the first whole graph comes after the text encoder is gone.
        Assert.Equal(1, released);
        Assert.DoesNotContain(events.Skip(2), e => e.Graph == text);
        Assert.Equal(0, events.Sum(e => e.Change));
        Assert.Contains((1, Path.Combine("unet", "model.onnx")), events);
    }
}
