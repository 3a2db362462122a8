using System.CommandLine;
using LoraFaaS.Bench.Commands;

var root = new RootCommand("Benchmarks of LoraFaaS: every figure beside the ceiling that the same run measured")
{
    MakeModelCommand.Create(),
    EngineCommand.Create(),
    ColdStartCommand.Create(),
    GatewayCommand.Create(),
    PlanCommand.Create(),
    PapersCommand.Create(),
    ForecastCommand.Create(),
    AllCommand.Create(EngineCommand.Create(), ColdStartCommand.Create(), GatewayCommand.Create(), PlanCommand.Create(), ForecastCommand.Create()),
};

foreach (var part in PartCommands.Create())
{
    root.Subcommands.Add(part);
}

return await root.Parse(args).InvokeAsync();
