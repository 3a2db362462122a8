namespace LoraFaaS.Worker.Concurrency;

/// <summary>Who asks for a piece of work.</summary>
internal enum Urgency
{
    /// <summary>Somebody waits, and will ask again if he leaves: the work goes on without him.</summary>
    Live = 0,

    /// <summary>Nobody waits yet: when those who asked ahead have all left, the work ends with them.</summary>
    Ahead,
}
