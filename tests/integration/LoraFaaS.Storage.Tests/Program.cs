using LoraFaaS.Storage.Tests.Writers;

// The same program is the tests and the processes they kill: see CrashTests and FullDiskTests.
return args switch
{
    ["write", var folder, var round] => await CrashingWriter.RunAsync(folder, round),
    ["fill", var folder] => await FillingWriter.RunAsync(folder),
    ["measure", var folder, var writers, var seconds] => await MeasuringWriter.RunAsync(folder, int.Parse(writers), int.Parse(seconds)),
    ["measure-async", var where, var writers, var seconds] => await MeasuringEnqueues.RunAsync(where, int.Parse(writers), int.Parse(seconds), 1_000),
    ["measure-async", var where, var writers, var seconds, var bytes] => await MeasuringEnqueues.RunAsync(where, int.Parse(writers), int.Parse(seconds), int.Parse(bytes)),
    _ => await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
};
