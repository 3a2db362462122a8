using LoraFaaS.Worker.Artifacts;

namespace LoraFaaS.Worker.Control;

/// <summary>What the controller told at its welcome, and whether it is there now.</summary>
internal sealed class ControllerLink : IArtifactLocation
{
    private volatile string? _artifactsUrl;
    private volatile string? _controller;

    public string? ArtifactsUrl => _artifactsUrl;

    /// <summary>Null while no session runs.</summary>
    public string? Controller => _controller;

    public void Welcomed(string controller, string artifactsUrl)
    {
        _controller = controller;

        if (artifactsUrl.Length > 0)
        {
            _artifactsUrl = artifactsUrl;
        }
    }

    /// <summary>Where artifacts are stays known: the controller may only be unreachable for us.</summary>
    public void Lost() => _controller = null;
}
