namespace LoraFaaS.Launcher;

/// <summary>How a launcher ends that did not become a program.</summary>
internal enum LauncherExit
{
    Done = 0,
    Usage = 64,

    /// <summary>A measure could not be taken; standard error says which.</summary>
    NotConfined = 70,

    /// <summary>The program could not be executed.</summary>
    NotStarted = 71,
}
