using LoraFaaS.Launcher;
using LoraFaaS.Linux.Confinement;

// LoraFaaS.Launcher run MEASURE… -- PROGRAM ARGUMENT…     confine this process and become the program
// LoraFaaS.Launcher probe MEASURE… -- FILE…               try each measure on a thread of its own; one line an answer
var end = Array.IndexOf(args, "--");

if (args.Length < 3 || end < 1 || end == args.Length - 1)
{
    Console.Error.WriteLine("Usage: LoraFaaS.Launcher run|probe MEASURE… -- PROGRAM ARGUMENT…");
    return (int)LauncherExit.Usage;
}

try
{
    var confinement = ConfinementText.Read(args[1..end]);
    var rest = args[(end + 1)..];

    switch (args[0])
    {
        case "run":
            ConfinedStart.Run(confinement, rest);
            return (int)LauncherExit.NotStarted;
        case "probe":
            MeasureProbe.Run(confinement, rest, Console.Out);
            return (int)LauncherExit.Done;
        default:
            return (int)LauncherExit.Usage;
    }
}
catch (Exception failure) when (failure is IOException or FormatException or System.Net.Sockets.SocketException or PlatformNotSupportedException)
{
    // A measure that the worker's probe found in force and that fails here: the process must not run without it.
    Console.Error.WriteLine($"The process cannot be confined: {failure.Message}");
    return (int)LauncherExit.NotConfined;
}
