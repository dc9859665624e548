using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Meshes;

namespace DreamFusion.Cli;

/// <summary>What <c>dfk export</c> says about a mesh.</summary>
internal static class MeshReportText
{
    /// <summary>For people.</summary>
    public static void Write(MeshReport report, IReadOnlyList<string> files, bool verbose, TextWriter output)
    {
        void Line(string name, FormattableString value)
        {
            output.WriteLine($"  {name,-12}{value.ToString(CultureInfo.InvariantCulture)}");
        }

        MeshTopology topology = report.Topology;
        output.WriteLine("mesh " + string.Join(", ", files));
        Line("surface", $"density {report.Threshold:G4}{(report.Trials.Count > 0 ? FormattableString.Invariant($", best outline of {report.Trials.Count} tried") : "")}; {report.ExtractedFaces} faces at {report.Cells.X}x{report.Cells.Y}x{report.Cells.Z} cells of {1000 * report.CellSize:G3} mm");
        Line("removed", $"{report.Cleanup.SmallParts} small parts and {report.Cleanup.Hollows} hollows with {report.Cleanup.Faces} faces");
        Line("faces", $"{report.Faces} ({report.Vertices} vertices), {topology.Components} part{(topology.Components == 1 ? "" : "s")}");
        Line("watertight", $"{(topology.IsWatertight ? "yes" : "no")}: {topology.BoundaryEdges} border edges, {topology.NonManifoldEdges} non-manifold edges, {topology.DegenerateFaces} faces without area");
        Line("flipped", $"{report.FlippedFaces} faces, {topology.InconsistentEdges} edges between faces of opposite sense");
        Line("texture", $"{report.TextureSize}x{report.TextureSize}, {report.TexelsPerMetre:G4} texels per metre, {100 * report.TextureUse:F0} % used, {report.Charts} charts, {report.OverlappingTexels} overlapping texels");
        Line("outline", $"IoU {report.SilhouetteIoU:F4} over {report.Views} views");
        Line("likeness", $"PSNR {report.Psnr:F1} dB on white, {report.ObjectPsnr:F1} dB on the object, against the field");
        Line("time", $"{report.Seconds.Sum(stage => stage.Value):F1} s, peak memory {report.PeakMemoryBytes / 1e6:F0} MB");
        if (verbose)
        {
            foreach ((string stage, double seconds) in report.Seconds)
            {
                Line("", $"{stage,-12}{seconds,6:F2} s");
            }

            foreach (ThresholdTrial trial in report.Trials)
            {
                Line("", $"density {trial.Threshold,8:G4}  IoU {trial.SilhouetteIoU:F4}");
            }
        }
    }

    /// <summary>For programs.</summary>
    public static void WriteJson(MeshReport report, IReadOnlyList<string> files) => JsonOutput.Write(json =>
    {
        json.WriteString("status", "done");
        json.WriteStartArray("files");
        foreach (string file in files)
        {
            json.WriteStringValue(file);
        }

        json.WriteEndArray();
        json.WriteNumber("threshold", report.Threshold);
        json.WriteStartArray("trials");
        foreach (ThresholdTrial trial in report.Trials)
        {
            json.WriteStartObject();
            json.WriteNumber("threshold", trial.Threshold);
            json.WriteNumber("silhouette_iou", trial.SilhouetteIoU);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("resolution", report.Resolution);
        json.WriteStartArray("cells");
        json.WriteNumberValue(report.Cells.X);
        json.WriteNumberValue(report.Cells.Y);
        json.WriteNumberValue(report.Cells.Z);
        json.WriteEndArray();
        json.WriteNumber("cell_size", report.CellSize);
        json.WriteNumber("extracted_faces", report.ExtractedFaces);
        json.WriteNumber("removed_parts", report.Cleanup.SmallParts);
        json.WriteNumber("removed_hollows", report.Cleanup.Hollows);
        json.WriteNumber("removed_faces", report.Cleanup.Faces);
        json.WriteNumber("faces", report.Faces);
        json.WriteNumber("vertices", report.Vertices);
        json.WriteNumber("parts", report.Topology.Components);
        json.WriteBoolean("watertight", report.Topology.IsWatertight);
        json.WriteNumber("border_edges", report.Topology.BoundaryEdges);
        json.WriteNumber("non_manifold_edges", report.Topology.NonManifoldEdges);
        json.WriteNumber("inconsistent_edges", report.Topology.InconsistentEdges);
        json.WriteNumber("degenerate_faces", report.Topology.DegenerateFaces);
        json.WriteNumber("flipped_faces", report.FlippedFaces);
        json.WriteNumber("texture_size", report.TextureSize);
        json.WriteNumber("texels_per_metre", report.TexelsPerMetre);
        json.WriteNumber("texture_use", report.TextureUse);
        json.WriteNumber("charts", report.Charts);
        json.WriteNumber("overlapping_texels", report.OverlappingTexels);
        json.WriteNumber("views", report.Views);
        json.WriteNumber("silhouette_iou", report.SilhouetteIoU);
        json.WriteNumber("psnr", report.Psnr);
        json.WriteNumber("object_psnr", report.ObjectPsnr);
        json.WriteStartObject("seconds");
        foreach ((string stage, double seconds) in report.Seconds)
        {
            json.WriteNumber(stage, seconds);
        }

        json.WriteEndObject();
        json.WriteNumber("peak_memory_bytes", report.PeakMemoryBytes);
    });
}
