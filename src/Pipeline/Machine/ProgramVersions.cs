using System.Collections.Generic;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Pipeline.Machine;

/// <summary>Versions of this program and of what it runs on.</summary>
public static class ProgramVersions
{
    private static readonly string _informational =
        typeof(ProgramVersions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    /// <summary>This program's version, such as 0.1.0.</summary>
    public static string Program => _informational.Split('+')[0];

    /// <summary>The commit that it was built from, or null if the build did not say.</summary>
    public static string? Commit => _informational.Split('+') is [_, string commit] ? commit : null;

    /// <summary>ONNX Runtime's version.</summary>
    public static string OnnxRuntime => OrtEnv.Instance().GetVersionString();

    /// <summary>All of them by name: dfk, dotnet, onnxruntime, os, architecture.</summary>
    public static IReadOnlyDictionary<string, string> All => new Dictionary<string, string>
    {
        ["dfk"] = _informational,
        ["dotnet"] = RuntimeInformation.FrameworkDescription,
        ["onnxruntime"] = OnnxRuntime,
        ["os"] = RuntimeInformation.OSDescription,
        ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(),
    };
}
