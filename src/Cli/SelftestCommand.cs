using System;
using System.CommandLine;
using System.CommandLine.Parsing;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Machine;
using DreamFusion.Pipeline.Selftest;

namespace DreamFusion.Cli;

/// <summary><c>dfk selftest</c>: golden values and gradient checks of every kernel on the chosen device.</summary>
internal sealed class SelftestCommand
{
    private const string PortableKernels = "portable";
    private const string TunedKernels = "tuned";

    private readonly GlobalOptions _global;
    private readonly Option<string?> _device = new("--device") { Description = "Where the kernels run: auto, cpu, cuda or cuda:N. [default: auto]", HelpName = "device" };
    private readonly Option<int> _threads = new("--threads") { Description = "CPU threads; 0, the default, means one for each core.", HelpName = "n" };
    private readonly Option<string?> _kernels = new("--kernels") { Description = "Code of the hot operations: portable (the kernels as written) or tuned (host code for this CPU, also compared with the kernels; kernels for GPUs). [default: tuned]", HelpName = "choice" };

    private SelftestCommand(GlobalOptions global)
    {
        _global = global;
    }

    /// <summary>Declares the command.</summary>
    public static Command Create(GlobalOptions global)
    {
        SelftestCommand selftest = new(global);
        Command command = new("selftest", "Checks every kernel on this machine: golden values and gradients. Exits 1 if a check fails.")
        {
            selftest._device, selftest._threads, selftest._kernels,
        };
        selftest._kernels.AcceptOnlyFromAmong(PortableKernels, TunedKernels);
        command.Validators.Add(selftest.Validate);
        HelpWithExample.Install(command, "dfk selftest", "dfk selftest --kernels portable --threads 1 --json");
        command.SetAction(parse => ErrorReport.Guard(parse, global, () => selftest.Run(parse), () => null));
        return command;
    }

    private ExitCode Run(ParseResult parse)
    {
        string device = parse.GetValue(_device) ?? "auto";
        DeviceSelection.RequireExisting(device);
        KernelChoice kernels = parse.GetValue(_kernels) == PortableKernels ? KernelChoice.Portable : KernelChoice.Tuned;
        SelftestReport report = SelftestSession.Run(device, parse.GetValue(_threads), kernels);
        if (parse.GetValue(_global.Json))
        {
            SelftestTable.WriteJson(report);
        }
        else if (!parse.GetValue(_global.Quiet))
        {
            SelftestTable.Write(report, Console.Out, terminal: !Console.IsOutputRedirected, parse.GetValue(_global.Verbose));
        }

        SelftestTable.WriteFailures(report, Console.Error);
        return report.ExitCode;
    }

    private void Validate(CommandResult result)
    {
        DeviceWord.Require(result, _device);
    }
}
