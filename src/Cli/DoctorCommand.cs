using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Import;
using DreamFusion.Pipeline.Machine;

namespace DreamFusion.Cli;

/// <summary><c>dfk doctor</c>: what this machine can do, and what to install for more.</summary>
internal static class DoctorCommand
{
    /// <summary>Declares the command.</summary>
    public static Command Create(GlobalOptions global)
    {
        Command command = new("doctor", "Says what this machine can do and what to install for more. Exits 4 if it cannot train.");
        HelpWithExample.Install(command, "dfk doctor", "dfk doctor --json");
        command.SetAction(parse => ErrorReport.Guard(parse, global, () => Run(parse, global), () => null));
        return command;
    }

    private static ExitCode Run(ParseResult parse, GlobalOptions global)
    {
        MachineReport report = MachineReport.Make();
        if (parse.GetValue(global.Json))
        {
            WriteJson(report);
        }
        else if (!parse.GetValue(global.Quiet))
        {
            WriteText(report, Console.Out);
        }

        foreach (string problem in report.Problems)
        {
            Console.Error.WriteLine("dfk: " + problem);
        }

        return report.CanTrain ? ExitCode.Done : ExitCode.MachineLacks;
    }

    private static void WriteText(MachineReport report, TextWriter output)
    {
        void Line(string name, string value)
        {
            output.WriteLine($"{name,-14}{value}");
        }

        Line("dfk", $"{ProgramVersions.Program} on {report.Versions["dotnet"]}, {report.Versions["os"]}, {report.Versions["architecture"]}");
        Line("cpu", string.Create(CultureInfo.InvariantCulture, $"{report.Cores} cores, {report.VectorBits}-bit vectors ({string.Join(", ", report.InstructionSets)})"));
        Line("cuda", Cuda(report.Cuda));
        Line("onnx runtime", $"{report.Versions["onnxruntime"]}: {string.Join(", ", report.OnnxProviders)}");
        Line("guidance", Guidance(report));
        Line("ffmpeg", report.Ffmpeg.Path is null ? "not found; videos become animated PNGs (.apng) instead of mp4" : $"{report.Ffmpeg.Version} ({report.Ffmpeg.Path})");
        Line("memory", Gigabytes(report.MemoryBytes));
        Line("disk", $"{(report.DiskFreeBytes is { } free ? Gigabytes(free) + " free" : "free space unknown")} for {report.DiskFolder}");
        Line("cache", $"{report.CacheFolder} ({Gigabytes(report.CacheBytes)})");
        foreach (ImportedModel model in report.ImportedModels)
        {
            Line("imported", $"{model.Source ?? "unfinished or damaged"}: {model.Folder} ({Gigabytes(model.Bytes)}); delete the folder to be rid of it");
        }

        Line("toybox", report.ToyboxProblem is null ? report.ToyboxFolder : "missing or damaged");
        Line("verdict", report.CanTrain ? "ready: dfk train \"a hamburger\"" : "cannot train; see below");
    }

    private static string Cuda(CudaDriver cuda)
    {
        return cuda.Problem is not null
            ? $"none: {cuda.Problem}; kernels run on the CPU"
            : $"driver for CUDA {cuda.Version}: {string.Join(", ", cuda.Devices)}; --device cuda runs kernels there, auto is the CPU";
    }

    // Where ONNX Runtime can work, and what it would take to have it on a GPU.
    private static string Guidance(MachineReport report)
    {
        string missing = CudaLibraries.Missing(report.CudaLibraries) ?? "";
        if (GuidanceDevice.HasCuda)
        {
            return missing.Length == 0 ? "cpu or cuda" : $"cpu or cuda; for operators that diffusion models do not have: {missing}";
        }

        string build = report.HasCudaProvider ? "" : "this build has no CUDA provider (build with -p:OnnxRuntimeCuda=true)";
        string[] lacks = [.. new[] { report.Cuda.Problem is null ? "" : "no driver", build, missing }.Where(text => text.Length > 0)];
        return $"cpu; for cuda: {(lacks.Length == 0 ? "the provider does not load; --guidance-device cuda says why" : string.Join("; ", lacks))}";
    }

    private static string Gigabytes(long bytes)
    {
        return string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB");
    }

    private static void WriteJson(MachineReport report)
    {
        JsonOutput.Write(json =>
        {
            json.WriteBoolean("can_train", report.CanTrain);
            WriteTexts(json, "problems", report.Problems);
            json.WriteStartObject("versions");
            foreach ((string name, string version) in report.Versions)
            {
                json.WriteString(name, version);
            }

            json.WriteEndObject();
            json.WriteStartObject("cpu");
            json.WriteNumber("cores", report.Cores);
            json.WriteNumber("vector_bits", report.VectorBits);
            WriteTexts(json, "instruction_sets", report.InstructionSets);
            json.WriteEndObject();
            json.WriteStartObject("cuda");
            json.WriteString("library", report.Cuda.Library);
            json.WriteString("problem", report.Cuda.Problem);
            json.WriteString("version", report.Cuda.Version);
            WriteTexts(json, "devices", report.Cuda.Devices);
            json.WriteEndObject();
            WriteTexts(json, "onnx_providers", report.OnnxProviders);
            json.WriteStartObject("onnx_cuda_libraries");
            foreach (CudaLibraryState library in report.CudaLibraries)
            {
                json.WriteBoolean(library.FileName, library.IsThere);
            }

            json.WriteEndObject();
            json.WriteStartObject("ffmpeg");
            json.WriteString("path", report.Ffmpeg.Path);
            json.WriteString("version", report.Ffmpeg.Version);
            json.WriteEndObject();
            json.WriteNumber("memory_bytes", report.MemoryBytes);
            json.WriteStartObject("disk");
            json.WriteString("folder", report.DiskFolder);
            if (report.DiskFreeBytes is { } free)
            {
                json.WriteNumber("free_bytes", free);
            }
            else
            {
                json.WriteNull("free_bytes");
            }

            json.WriteEndObject();
            json.WriteStartObject("cache");
            json.WriteString("folder", report.CacheFolder);
            json.WriteNumber("bytes", report.CacheBytes);
            json.WriteEndObject();
            json.WriteStartArray("imported_models");
            foreach (ImportedModel model in report.ImportedModels)
            {
                json.WriteStartObject();
                json.WriteString("source", model.Source);
                json.WriteString("folder", model.Folder);
                json.WriteNumber("bytes", model.Bytes);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartObject("toybox");
            json.WriteString("folder", report.ToyboxFolder);
            json.WriteString("problem", report.ToyboxProblem);
            json.WriteEndObject();
        });
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
