using System.CommandLine;
using System.CommandLine.Invocation;
using LoraFaaS.Bench.Commands;

var root = new RootCommand("Benchmarks of LoraFaaS: every figure beside the ceiling that the same run measured")
{
    MakeModelCommand.Create(),
    EngineCommand.Create(),
    QualityCommand.Create(),
    PlatformCommand.Create(),
    ColdStartCommand.Create(),
    GatewayCommand.Create(),
    EnqueueCommand.Create(),
    FuzzCommand.Create(),
    ContentionCommand.Create(),
    ForecastCommand.Create(),
    PlanCommand.Create(),
    PapersCommand.Create(),
    TargetsCommand.Create(),
    ValidateCommand.Create(),
    IsolationCommand.Create(),
    MemoryCommand.Create(),
    BurstCommand.Create(),
    SharingCommand.Create(),
    LoadsCommand.Create(),
    ChaosCommand.Create(),
    CostCommand.Create(),
    AllCommand.Create(
        EngineCommand.Create(), QualityCommand.Create(), PlatformCommand.Create(), ColdStartCommand.Create(), GatewayCommand.Create(), EnqueueCommand.Create(), ContentionCommand.Create(),
        ForecastCommand.Create(), PlanCommand.Create(), IsolationCommand.Create(), MemoryCommand.Create(), BurstCommand.Create(), SharingCommand.Create(), LoadsCommand.Create(), CostCommand.Create()),
};

foreach (var part in PartCommands.Create())
{
    root.Subcommands.Add(part);
}

var parse = root.Parse(args);

if (parse.Action is ParseErrorAction)
{
    // One line, and the exit code of a wrong command line, as the command's own verbs have it.
    var command = ReferenceEquals(parse.CommandResult.Command, root) ? "bench" : $"bench {parse.CommandResult.Command.Name}";
    await Console.Error.WriteLineAsync(parse.UnmatchedTokens is [var stranger, ..]
        ? $"error: {command} takes no {stranger}. `lorafaas bench --help` lists what there is."
        : $"error: {command}: {parse.Errors[0].Message}");
    return 2;
}

return await parse.InvokeAsync();
