namespace LoraFaaS.Client;

/// <summary>
/// Several gateways of one platform: a request goes to the one that answered last, and to the next when no connection to it can be made. Nothing is
/// ever sent twice: a connection that broke after a request was on its way is the caller's to judge.
/// </summary>
internal sealed class GatewayChoice(IReadOnlyList<Uri> gateways, HttpMessageHandler connections) : DelegatingHandler(connections)
{
    private int _current;

    /// <summary>Their addresses, with commas between, for messages.</summary>
    public override string ToString() => string.Join(", ", gateways);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = gateways[0].MakeRelativeUri(request.RequestUri!);
        var first = Volatile.Read(ref _current);

        for (var i = 0; ; i++)
        {
            var index = (first + i) % gateways.Count;
            request.RequestUri = new Uri(gateways[index], asked);

            try
            {
                var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
                Volatile.Write(ref _current, index);
                return response;
            }
            catch (Exception failure) when (i + 1 < gateways.Count && NeverConnected(failure, cancellationToken))
            {
                // The next one.
            }
        }
    }

    /// <summary>Refused, unknown, or not answered within the time that a connection may take.</summary>
    private static bool NeverConnected(Exception failure, CancellationToken cancellationToken) => failure switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } => true,
        OperationCanceledException { InnerException: TimeoutException } => !cancellationToken.IsCancellationRequested,
        _ => false,
    };
}
