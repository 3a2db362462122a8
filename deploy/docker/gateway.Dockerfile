# docker build -f deploy/docker/gateway.Dockerfile -t lorafaas/gateway .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /src
COPY . .
RUN bash deploy/docker/publish.sh gateway /app

# No shell, no package manager, not root.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
WORKDIR /app
COPY --from=build /app .
USER $APP_UID
EXPOSE 8080 8081 8443
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s CMD ["dotnet", "LoraFaaS.Gateway.dll", "healthcheck"]
# The root file system may be read-only: what is written goes to volumes and to /tmp.
ENV DOTNET_EnableDiagnostics=0
ENTRYPOINT ["dotnet", "LoraFaaS.Gateway.dll"]
