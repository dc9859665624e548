using System;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Text;
using DreamFusion.Pipeline;

namespace DreamFusion.Cli;

/// <summary>
/// One of the program's two outputs. A terminal may be closed and a disk be full while the program still works: what a terminal or stderr
/// does not take is for nobody, and the work goes on, so that a run can save its state and end with its own exit code. What stdout does not
/// take in a file is a result that is missing: exit 4.
/// </summary>
internal sealed class ConsoleOutput(TextWriter output, bool isDispensable) : TextWriter
{
    private bool _isLost;

    public override Encoding Encoding => output.Encoding;

    /// <summary>Puts it between the program and the console.</summary>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The console keeps it until the process ends.")]
    public static void Install()
    {
        Console.SetOut(new ConsoleOutput(Console.Out, isDispensable: !Console.IsOutputRedirected));
        Console.SetError(new ConsoleOutput(Console.Error, isDispensable: true));
    }

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (_isLost)
        {
            return;
        }

        try
        {
            output.Write(buffer);
        }
        catch (IOException e)
        {
            Lose(e);
        }
    }

    public override void WriteLine(string? value) => Write(value + NewLine);

    public override void Flush()
    {
        if (_isLost)
        {
            return;
        }

        try
        {
            output.Flush();
        }
        catch (IOException e)
        {
            Lose(e);
        }
    }

    private void Lose(IOException cause)
    {
        _isLost = true;
        if (!isDispensable)
        {
            throw new DfkException(ExitCode.MachineLacks, $"the standard output cannot be written: {cause.Message} Free space where it leads.", cause);
        }
    }
}
