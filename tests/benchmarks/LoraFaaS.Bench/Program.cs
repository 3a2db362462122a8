using System.CommandLine;
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

return await root.Parse(args).InvokeAsync();
