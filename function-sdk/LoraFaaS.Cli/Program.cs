using System.CommandLine;
using LoraFaaS.Cli;
using LoraFaaS.Cli.Commands;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;

// Its options are another program's: --help too.
if (args is ["bench", .. var benchmark])
{
    return await BenchCommand.RunAsync(benchmark, CancellationToken.None);
}

var root = new RootCommand("LoraFaaS: serverless functions that are LoRA adapters")
{
    UpCommand.Create(),
    UpCommand.CreateDemo(),
    BackboneCommand.Create(),
    NewCommand.Create(),
    PushCommand.Create(),
    DeployCommand.Create(),
    ApplyCommand.Create(),
    ListCommand.Create(),
    DescribeCommand.Create(),
    InvokeCommand.Create(),
    AsyncCommand.Create(),
    LogsCommand.Create(),
    ScaleCommand.Create(),
    RevisionsCommand.Create(),
    TrafficCommand.Create(),
    PromoteCommand.Create(),
    RollbackCommand.Create(),
    RemoveCommand.Create(),
    SecretCommand.Create(),
    KeyCommand.Create(),
    AuditCommand.Create(),
    WorkersCommand.Create(),
    GatewayCommand.Create(),
    ForecastCommand.Create(),
    PlanCommand.Create(),
    SimulateCommand.Create(),
    BenchCommand.Create(),
    TopCommand.Create(),
    CostCommand.Create(),
    EvalCommand.Create(),
    NamespaceCommand.Create(),
    DoctorCommand.Create(),
    CompletionCommand.Create(),
    VersionCommand.Create(),
};

root.Options.Add(ConnectionOptions.Gateway);
root.Options.Add(ConnectionOptions.User);
root.Options.Add(ConnectionOptions.PasswordFile);
root.Options.Add(OutputOptions.Json);
root.Options.Add(OutputOptions.Quiet);

var parse = root.Parse(args);

if (parse.Errors.Count > 0)
{
    return CommandRunner.Fail(CommandLineFault.Describe(parse), ExitCodes.Usage);
}

// Signals are the verbs' own business (see CommandRunner): a platform needs longer than the default two seconds to stop.
return await parse.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
