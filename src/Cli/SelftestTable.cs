using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Machine;
using DreamFusion.Pipeline.Selftest;
using Spectre.Console;

namespace DreamFusion.Cli;

/// <summary>What <c>dfk selftest</c> prints: a header, one row per check, and the sums.</summary>
internal static class SelftestTable
{
    private static readonly string[] _columns = ["family", "check", "error", "tolerance", "code", "ok"];

    /// <summary>For people: a table on a terminal, aligned rows elsewhere.</summary>
    /// <param name="report">What was found.</param>
    /// <param name="output">Where to.</param>
    /// <param name="terminal">Whether <paramref name="output"/> is a terminal.</param>
    /// <param name="verbose">Also names the launchers that ran.</param>
    public static void Write(SelftestReport report, TextWriter output, bool terminal, bool verbose)
    {
        output.WriteLine(Header(report));
        string[][] rows = [.. report.Results.Select(Row)];
        if (terminal)
        {
            WriteTable(rows, output);
        }
        else
        {
            WriteAligned(rows, output);
        }

        if (verbose)
        {
            foreach (string launcher in report.Launchers.Select(type => type.ToString()).Order(StringComparer.Ordinal))
            {
                output.WriteLine("launcher " + launcher);
            }
        }

        output.WriteLine(report.TunedFamilies.Count > 0 ? $"tuned code ran for: {string.Join(", ", report.TunedFamilies)}; portable kernels for the rest" : "portable kernels ran for every family");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Duration.TotalSeconds:0.0} s"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.PassedCount} passed, {report.FailedCount} failed"));
    }

    /// <summary>One line for each check that failed, and what to do.</summary>
    public static void WriteFailures(SelftestReport report, TextWriter error)
    {
        foreach (SelfCheckResult result in report.Results.Where(result => !result.Passed))
        {
            string reason = result.Message ?? string.Create(CultureInfo.InvariantCulture, $"error {Number(result.Error)} exceeds {Number(result.Tolerance)} ({CodeOf(result)} code)");
            error.WriteLine($"dfk: selftest: {result.Family}: {result.Check}: {reason}");
        }

        if (report.FailedCount > 0)
        {
            error.WriteLine($"dfk: this machine computes wrong numbers with dfk {ProgramVersions.Program}. Try --kernels portable, and please report the lines above with the output of 'dfk doctor --json'.");
        }
    }

    /// <summary>For programs. An error that is no number is null.</summary>
    public static void WriteJson(SelftestReport report)
    {
        JsonOutput.Write(json =>
        {
            json.WriteString("status", report.FailedCount == 0 ? "passed" : "failed");
            json.WriteString("device", report.Device);
            json.WriteNumber("threads", report.Threads);
            json.WriteString("kernels", NameOf(report.Kernels));
            json.WriteNumber("passed", report.PassedCount);
            json.WriteNumber("failed", report.FailedCount);
            json.WriteNumber("seconds", report.Duration.TotalSeconds);
            json.WriteStartArray("checks");
            foreach (SelfCheckResult result in report.Results)
            {
                WriteCheck(json, result);
            }

            json.WriteEndArray();
        });
    }

    private static void WriteCheck(Utf8JsonWriter json, SelfCheckResult result)
    {
        json.WriteStartObject();
        json.WriteString("family", result.Family);
        json.WriteString("check", result.Check);
        json.WriteString("kind", KindOf(result));
        if (double.IsFinite(result.Error))
        {
            json.WriteNumber("error", result.Error);
        }
        else
        {
            json.WriteNull("error");
        }

        json.WriteNumber("tolerance", result.Tolerance);
        json.WriteString("code", CodeOf(result));
        json.WriteBoolean("ok", result.Passed);
        if (result.Message is not null)
        {
            json.WriteString("message", result.Message);
        }

        json.WriteEndObject();
    }

    private static string Header(SelftestReport report)
        => string.Create(CultureInfo.InvariantCulture, $"dfk {ProgramVersions.Program} selftest: device {report.Device}, {report.Threads} threads, kernels {NameOf(report.Kernels)}");

    private static void WriteTable(string[][] rows, TextWriter output)
    {
        Table table = new() { Border = TableBorder.Simple };
        foreach (string column in _columns)
        {
            table.AddColumn(column);
        }

        foreach (string[] row in rows)
        {
            string[] cells = [.. row.Select(Markup.Escape)];
            cells[^1] = row[^1] == "ok" ? "[green]ok[/]" : $"[red]{cells[^1]}[/]";
            table.AddRow(cells);
        }

        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }).Write(table);
    }

    private static void WriteAligned(string[][] rows, TextWriter output)
    {
        int[] widths = [.. _columns.Select((column, i) => Math.Max(column.Length, rows.Select(row => row[i].Length).DefaultIfEmpty().Max()))];
        foreach (string[] row in rows.Prepend(_columns))
        {
            output.WriteLine(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
        }
    }

    private static string[] Row(SelfCheckResult result)
        => [result.Family, result.Check, Number(result.Error), Number(result.Tolerance), CodeOf(result), result.Passed ? "ok" : "FAILED"];

    private static string Number(double value) => value is 0 ? "0" : value.ToString("0.##E+0", CultureInfo.InvariantCulture);

    private static string CodeOf(SelfCheckResult result) => NameOf(result.IsTuned ? KernelChoice.Tuned : KernelChoice.Portable);

    private static string NameOf(KernelChoice choice) => choice == KernelChoice.Portable ? "portable" : "tuned";

    private static string KindOf(SelfCheckResult result) => result.Kind.ToString().ToLowerInvariant();
}
