using System;
using System.ComponentModel;
using System.Diagnostics;
using DreamFusion.Pipeline.Machine;

namespace DreamFusion.Pipeline.Imaging.Video;

/// <summary>The program ffmpeg, if this machine has one that writes H.264.</summary>
/// <param name="Path">Its full path, or null.</param>
/// <param name="Problem">Why there is none, as the end of a sentence; null if there is one.</param>
public sealed record FfmpegProgram(string? Path, string? Problem)
{
    /// <summary>The encoder that is used.</summary>
    public const string Encoder = "libx264";

    private const int WaitMilliseconds = 10_000;

    /// <summary>Looks on the PATH and asks the program for its encoder.</summary>
    public static FfmpegProgram Find()
    {
        if (ExternalProgram.Find("ffmpeg", "-version").Path is not { } path)
        {
            return new FfmpegProgram(null, "ffmpeg is not on the PATH");
        }

        try
        {
            using Process process = Process.Start(
                new ProcessStartInfo(path, ["-hide_banner", "-h", "encoder=" + Encoder]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
            process.StandardInput.Close();
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            string answer = process.StandardOutput.ReadToEnd();
            if (!process.WaitForExit(WaitMilliseconds))
            {
                process.Kill(entireProcessTree: true);
            }

            return answer.Contains("Encoder " + Encoder, StringComparison.Ordinal)
                ? new FfmpegProgram(path, null)
                : new FfmpegProgram(null, $"{path} was built without the encoder {Encoder}");
        }
        catch (Win32Exception e)
        {
            return new FfmpegProgram(null, $"{path} cannot be started: {e.Message}");
        }
    }
}
