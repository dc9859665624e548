using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Rendering;

namespace DreamFusion.Cli;

/// <summary>What <c>dfk render</c> wrote.</summary>
internal sealed class RenderReport(RenderSubject subject)
{
    /// <summary>A written file.</summary>
    /// <param name="Path">Its path.</param>
    /// <param name="Members">What it holds, for JSON.</param>
    internal sealed record Entry(string Path, Action<Utf8JsonWriter> Members);

    /// <summary>The files, in the order in which they were written.</summary>
    public List<Entry> Files { get; } = [];

    /// <summary>Wall time.</summary>
    public double Seconds { get; set; }

    /// <summary>Adds a view's pictures.</summary>
    public void Add(IReadOnlyList<string> paths, ViewCamera view, PictureSize size, PictureLook look, int? bits)
    {
        var scale = DepthScale.For(view.Camera, subject.Source.Radius);
        foreach ((string path, PictureKind kind) in paths.Zip(look.Kinds))
        {
            var tone = new PictureTone(kind, 0, bits ?? (kind == PictureKind.Depth ? 16 : 8), look.Background.Kind == PictureBackgroundKind.None);
            Files.Add(new Entry(path, json =>
            {
                WriteView(json, view);
                json.WriteString("shading", RenderValues.NameOf(kind));
                json.WriteNumber("width", size.Width);
                json.WriteNumber("height", size.Height);
                json.WriteNumber("bits", tone.Bits);
                json.WriteNumber("channels", tone.Channels);
                if (tone.IsMeasuredDepth)
                {
                    json.WriteNumber("depth_unit", scale.Unit);
                }
            }));
        }
    }

    /// <summary>Adds a sheet.</summary>
    public void Add(string path, PictureSize sheet, IReadOnlyList<ViewCamera> views, PictureLook look) => Files.Add(new Entry(path, json =>
    {
        json.WriteNumber("width", sheet.Width);
        json.WriteNumber("height", sheet.Height);
        WriteKinds(json, "rows", look);
        json.WriteStartArray("columns");
        foreach (ViewCamera view in views)
        {
            json.WriteStartObject();
            WriteView(json, view);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }));

    /// <summary>Adds a video.</summary>
    public void Add(string path, Turntable turntable) => Files.Add(new Entry(path, json =>
    {
        json.WriteNumber("width", turntable.Shape.Width);
        json.WriteNumber("height", turntable.Shape.Height);
        json.WriteNumber("frames", turntable.Frames);
        json.WriteNumber("frames_per_second", Turntable.FramesPerSecond);
        WriteKinds(json, "panels", turntable.Look);
    }));

    /// <summary>Prints it.</summary>
    /// <param name="asJson">As one JSON object.</param>
    /// <param name="quiet">Nothing, unless as JSON.</param>
    public void Write(bool asJson, bool quiet)
    {
        if (asJson)
        {
            JsonOutput.Write(WriteJson);
        }
        else if (!quiet)
        {
            foreach (Entry file in Files)
            {
                Console.Out.WriteLine(file.Path);
            }

            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Files.Count} {(Files.Count == 1 ? "file" : "files")} in {Seconds:0.0} s, peak memory {PeakMemory() / 1e6:0} MB"));
        }
    }

    private void WriteJson(Utf8JsonWriter json)
    {
        json.WriteString("status", "done");
        json.WriteString("source", subject.Path);
        if (subject.CheckpointPath is { } checkpoint)
        {
            json.WriteString("checkpoint", checkpoint);
            json.WriteNumber("step", subject.Step!.Value);
        }

        json.WriteStartArray("files");
        foreach (Entry file in Files)
        {
            json.WriteStartObject();
            json.WriteString("path", file.Path);
            file.Members(json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("seconds", Seconds);
        json.WriteNumber("peak_memory_bytes", PeakMemory());
    }

    private static void WriteView(Utf8JsonWriter json, ViewCamera view)
    {
        json.WriteString("view", view.Name);
        json.WriteNumber("azimuth", view.Camera.AzimuthDegrees);
        json.WriteNumber("elevation", view.Camera.ElevationDegrees);
        json.WriteNumber("radius", view.Camera.Radius);
        json.WriteNumber("fov", view.Camera.FieldOfViewDegrees);
    }

    private static void WriteKinds(Utf8JsonWriter json, string name, PictureLook look)
    {
        json.WriteStartArray(name);
        foreach (PictureKind kind in look.Kinds)
        {
            json.WriteStringValue(RenderValues.NameOf(kind));
        }

        json.WriteEndArray();
    }

    private static long PeakMemory()
    {
        using var process = Process.GetCurrentProcess();
        return Math.Max(process.PeakWorkingSet64, process.WorkingSet64);
    }
}
