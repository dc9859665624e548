using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DreamFusion.Pipeline.Machine;

/// <summary>
/// Keeps ONNX Runtime from reporting its use: from 1.29 on its library, as soon as it is loaded, asks the shell for the machine's name and
/// disks, keeps an identifier below the user's cache, and sends events to its maker. The variable that forbids it is read at that moment.
/// </summary>
internal static partial class OnnxTelemetry
{
    private const string Variable = "ORT_DISABLE_TELEMETRY";

    /// <summary>Runs before any other code of this library, so before the native one can be loaded.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Whoever uses this library must not have to know of it.")]
    internal static void Forbid()
    {
        Environment.SetEnvironmentVariable(Variable, "1");
        if (!OperatingSystem.IsWindows())
        {
            // Elsewhere .NET keeps variables of its own, which native code does not see.
            _ = SetEnvironment(Variable, "1", 1);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
