namespace LoraFaaS.Worker.Artifacts;

/// <summary>Where artifacts are fetched at the moment: the controller says so in its welcome.</summary>
internal interface IArtifactLocation
{
    /// <summary>Null until a controller has welcomed this worker once.</summary>
    string? ArtifactsUrl { get; }
}
