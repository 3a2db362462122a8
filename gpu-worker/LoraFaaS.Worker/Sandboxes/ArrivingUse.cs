namespace LoraFaaS.Worker.Sandboxes;

/// <summary>
/// Use of an adapter that is on its way into a sandbox's pages: it is on the sandbox's book when it has come, and is then held as others hold it, unless its user has gone by then. Guarded by the
/// lock of the sandbox's book.
/// </summary>
internal sealed class ArrivingUse
{
    private bool _isTaken;
    private bool _isOver;

    /// <summary>It has come. True: it is to be taken into use.</summary>
    public bool Arrive() => _isTaken = !_isOver;

    /// <summary>Its user has gone. True: the use that was taken ends.</summary>
    public bool End()
    {
        _isOver = true;
        return _isTaken;
    }
}
