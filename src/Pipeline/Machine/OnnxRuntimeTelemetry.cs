using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace DreamFusion.Pipeline.Machine;

/// <summary>
/// Switches ONNX Runtime's telemetry off. Its builds for Linux and macOS otherwise keep a device identifier and a database of events
/// in the user's cache folder, write a log into the folder for temporary files, and send the events to their maker; this program
/// writes nothing outside the folders that it was given and its own cache, and talks to nobody.
/// </summary>
public static partial class OnnxRuntimeTelemetry
{
    private const string Switch = "ORT_DISABLE_TELEMETRY";
    private const string Off = "1";
    private static int _done;

    /// <summary>Switches it off for this process, once; to be called before ONNX Runtime is used for anything. Safe for several threads.</summary>
    public static void Disable()
    {
        if (Interlocked.Exchange(ref _done, 1) != 0)
        {
            return;
        }

        Environment.SetEnvironmentVariable(Switch, Off);
        if (!OperatingSystem.IsWindows())
        {
            // .NET keeps a copy of the environment on Unix; a native library sees only the C library's.
            _ = SetNative(Switch, Off, overwrite: 1);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetNative(string name, string value, int overwrite);
}
